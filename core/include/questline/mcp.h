/* A client of a remote MCP server over Streamable HTTP, without I/O: what is wanted goes in, requests come out, their answers go in, results come
   out. Source: the specification of the Model Context Protocol, 2025-11-25, "Lifecycle", "Transports" and "Tools". */
#ifndef QUESTLINE_MCP_H
#define QUESTLINE_MCP_H

#include <questline/stream.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ql_mcp ql_mcp;

/// @param server  shape `McpServer`
/// @return QL_OK; QL_ERR_ARGUMENT (a name or a URL that is none, a secret without a header); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_new(ql_alloc alloc, const ql_value *server, ql_mcp **out, ql_error *err);
void ql_mcp_free(ql_mcp *mcp);

/* What is wanted. Each gets an id, which its result carries; the session is begun, and begun anew when the server has forgotten it, by itself.
   After QL_ERR_NOMEM, here and below, only ql_mcp_free is valid. */

/// All tools the server has, however many pages they come in.
/// @return QL_OK; QL_ERR_LIMIT (QL_MCP_OPEN_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_list(ql_mcp *mcp, int64_t *id, ql_error *err);
/// Calls a tool of the last list.
/// @param name       as the list gave it
/// @param arguments  a JSON object
/// @return QL_OK; QL_ERR_NOT_FOUND (the tool); QL_ERR_SYNTAX (the arguments); QL_ERR_LIMIT (QL_CALL_BYTES_MAX, QL_MCP_OPEN_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_call(ql_mcp *mcp, ql_str name, ql_str arguments, int64_t *id, ql_error *err);
/// @return QL_OK; QL_ERR_LIMIT (QL_MCP_OPEN_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_ping(ql_mcp *mcp, int64_t *id, ql_error *err);
/// Keeps a stream open on which the server says what nobody asked: that its tools changed. Servers need not have one; there is a result only
/// when it fails for good.
/// @return QL_OK; QL_ERR_LIMIT (QL_MCP_OPEN_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_listen(ql_mcp *mcp, int64_t *id, ql_error *err);
/// Gives up what was wanted; its result is then a failure, with the code `cancelled`.
/// @return QL_OK; QL_ERR_NOT_FOUND (nothing open has that id); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_cancel(ql_mcp *mcp, int64_t id, ql_error *err);
/// Gives up everything and tells the server that the session is over.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_close(ql_mcp *mcp, ql_error *err);

/// What the host does next, shape `McpExchange`; NULL when nothing waits. Exchanges may be under way side by side.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_next(ql_mcp *mcp, ql_arena *a, ql_value **out, ql_error *err);

/* What came of an exchange: begin and feed where there is an answer, end in any case. What comes for one that is over is ignored. Redirects are not
   followed: a key goes to its own server only. */

/// @param headers  of the answer, an array of the shape `HttpHeader`
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_begin(ql_mcp *mcp, int64_t exchange, int status, const ql_value *headers, ql_error *err);
/// @param bytes  of the body; may end anywhere. Not kept after return.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_feed(ql_mcp *mcp, int64_t exchange, ql_str bytes, ql_error *err);
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_end(ql_mcp *mcp, int64_t exchange, ql_stream_end end, ql_error *err);

/// The next result, shape `McpResult`; NULL when none waits.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_result(ql_mcp *mcp, ql_arena *a, ql_value **out, ql_error *err);

/// What came of trying a server, in words for a person.
/// @param attempt  shape `McpAttempt`
/// @param out      shape `McpTest`
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_mcp_tested(ql_arena *a, const ql_value *attempt, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
