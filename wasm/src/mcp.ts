import type { HttpHeader, McpExchange, McpResult } from './generated.ts';
import { Held } from './held.ts';

/** A client of an MCP server: says what is to be sent, takes what comes, and gives what the server answered. */
export class McpClient extends Held {
  protected override readonly kind = 'client';

  /** Asks for all tools. */
  list(): void {
    this.instance.run('qlw_mcp_list', this.handle);
  }

  /** Tells the server that the session is over. */
  endSession(): void {
    this.instance.run('qlw_mcp_end_session', this.handle);
  }

  /** What is to be sent next; null: nothing waits. Exchanges may be under way side by side. */
  next(): McpExchange | null {
    return this.instance.json('qlw_mcp_next', this.handle) as McpExchange | null;
  }

  begin(exchange: number, status: number, headers: readonly HttpHeader[]): void {
    this.instance.run('qlw_mcp_begin', this.handle, exchange, status, JSON.stringify(headers));
  }

  feed(exchange: number, bytes: Uint8Array): void {
    this.instance.run('qlw_mcp_feed', this.handle, exchange, bytes);
  }

  /** Whole: the answer ended; else it broke off, or never began. */
  end(exchange: number, whole: boolean): void {
    this.instance.run('qlw_mcp_end', this.handle, exchange, whole ? 1 : 0);
  }

  /** What the server answered; null: nothing yet. */
  result(): McpResult | null {
    return this.instance.json('qlw_mcp_result', this.handle) as McpResult | null;
  }
}
