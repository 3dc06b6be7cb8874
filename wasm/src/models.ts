import type {
  CallFailure,
  ConnectionAttempt,
  ConnectionTest,
  HttpRequest,
  McpAttempt,
  McpTest,
  ModelCall,
  Provider,
  RetryVerdict,
  SignIn,
} from './generated.ts';
import { PlanCalls } from './plans.ts';

/** Calls about who plays: providers of models, servers of tools. */
export abstract class ModelCalls extends PlanCalls {
  /** Who can play a seat with a model. */
  llmProviders(): Provider[] {
    return this.instance.json('qlw_llm_providers') as Provider[];
  }

  /** What is sent to a provider for a call. No key is in it: `secret` says where the host puts one. */
  llmRequest(call: ModelCall): HttpRequest {
    return this.instance.json('qlw_llm_request', JSON.stringify(call)) as HttpRequest;
  }

  /** What to do after an attempt failed; entropy: 8 random bytes. */
  llmRetry(failure: CallFailure, entropy: Uint8Array): RetryVerdict {
    return this.instance.json('qlw_llm_retry', JSON.stringify(failure), entropy) as RetryVerdict;
  }

  /** Asks a provider for its models, which is also how a connection is tried. */
  llmModelsRequest(provider: string, baseUrl?: string): HttpRequest {
    return this.instance.json('qlw_llm_models_request', provider, baseUrl ?? null) as HttpRequest;
  }

  /** What came of that: the models, or why there are none and what to do about it. */
  llmModelsRead(attempt: ConnectionAttempt): ConnectionTest {
    return this.instance.json('qlw_llm_models_read', JSON.stringify(attempt)) as ConnectionTest;
  }

  /** Begins to sign in at a provider for a key; entropy: 48 random bytes, page: the address to come back to. */
  llmSignIn(provider: string, page: string, entropy: Uint8Array, baseUrl?: string): SignIn {
    return this.instance.json('qlw_llm_sign_in', provider, baseUrl ?? null, page, entropy) as SignIn;
  }

  /** The request that exchanges a code for the key; query: of the address that was come back to. */
  llmSignInRequest(signing: SignIn, query: string): HttpRequest {
    return this.instance.json('qlw_llm_sign_in_request', JSON.stringify(signing), query) as HttpRequest;
  }

  /** What came of trying an MCP server, in words. */
  mcpTested(attempt: McpAttempt): McpTest {
    return this.instance.json('qlw_mcp_tested', JSON.stringify(attempt)) as McpTest;
  }
}
