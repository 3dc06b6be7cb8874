/* What a model is asked, as an HTTP request, and what to do when that fails. Nothing is sent here, and no secret is ever known here: a request
   names the slot of its key and the header the host puts it into. */
#ifndef QUESTLINE_LLM_H
#define QUESTLINE_LLM_H

#include <questline/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/// The APIs that are spoken. Each has its own form of messages, tools, structured output and stream.
typedef enum ql_wire {
  QL_WIRE_MESSAGES,  /* Anthropic Messages, POST /v1/messages */
  QL_WIRE_RESPONSES, /* OpenAI Responses, POST /responses */
  QL_WIRE_CHAT,      /* OpenAI Chat Completions and everything compatible, POST /chat/completions */
  QL_WIRE_GENERATE,  /* Gemini, POST /models/MODEL:streamGenerateContent?alt=sse */
  QL_WIRE_COUNT
} ql_wire;

/// The providers of providers.def: an array of the shape `Provider`.
/// @return QL_OK; QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_llm_providers(ql_arena *a, ql_value **out, ql_error *err);

/// The wire of a provider.
/// @return QL_OK; QL_ERR_NOT_FOUND (no provider has that id).
QL_NODISCARD ql_status ql_llm_wire(ql_str provider, ql_wire *out, ql_error *err);

/// Builds the request of one call, with as few headers as the API takes (more of them break preflights at compatible servers). The body is
/// canonical: the same call gives the same bytes, so that its SHA-256 names it.
/// @param call  shape `ModelCall`
/// @param out   shape `HttpRequest`
/// @return QL_OK; QL_ERR_ARGUMENT (no model, no message, a tool result without its call or a call without its
///         result, a base URL that is none); QL_ERR_NOT_FOUND (the
///         provider); QL_ERR_SYNTAX (arguments of a tool call, or a schema, that are no JSON); QL_ERR_LIMIT (QL_CALL_BYTES_MAX); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_llm_request(ql_arena *a, const ql_value *call, ql_value **out, ql_error *err);

/// What to do after an attempt failed. A pure function: the host hands in what it saw and 8 random bytes.
/// @param failure  shape `CallFailure`
/// @param entropy  8 bytes for the jitter
/// @param out      shape `RetryVerdict`
/// @return QL_OK; QL_ERR_ARGUMENT (no attempt, or one below 1; no time); QL_ERR_NOT_FOUND (the provider); QL_ERR_NOMEM.
/// Source: RFC 9110 10.2.3 (retry-after) and the providers' pages on rate limits.
QL_NODISCARD ql_status ql_llm_retry(ql_arena *a, const ql_value *failure, const uint8_t entropy[8], ql_value **out, ql_error *err);

/// Asks a provider which models it has; also the test of a connection.
/// @param provider  id
/// @param base_url  absent: the provider's own
/// @param out       shape `HttpRequest`
/// @return QL_OK; QL_ERR_NOT_FOUND (the provider); QL_ERR_ARGUMENT (a base URL that is none, or is needed); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_llm_models_request(ql_arena *a, ql_str provider, ql_str base_url, ql_value **out, ql_error *err);

#define QL_SIGN_IN_BYTES 48 /* random ones that a sign-in takes: of its verifier and its state */

/// Begins to sign in at a provider, for a key: where the person is sent, and what is kept meanwhile, by the one who is sent alone.
/// @param base_url  absent: the provider's own
/// @param page      where the person comes back to: http or https, without query and fragment
/// @param out       shape `SignIn`
/// @return QL_OK; QL_ERR_NOT_FOUND (the provider); QL_ERR_ARGUMENT (it has no sign-in, or not below that base URL; no page); QL_ERR_NOMEM.
/// Source: RFC 7636, with S256.
QL_NODISCARD ql_status ql_llm_sign_in(ql_arena *a, ql_str provider, ql_str base_url, ql_str page, const uint8_t entropy[QL_SIGN_IN_BYTES],
                                      ql_value **out, ql_error *err);

/// The person came back: the request that exchanges the code for a key. Its answer is {"key": ...}, which is for the host alone; why there is
/// none is said by ql_llm_models_read.
/// @param signing  shape `SignIn`, as it was kept
/// @param query    of the address that was come back to, without its first question mark
/// @param out      shape `HttpRequest`, without a key
/// @return QL_OK; QL_ERR_STATE (of another sign-in; the provider gave no code, with its words as detail); as ql_llm_sign_in.
QL_NODISCARD ql_status ql_llm_sign_in_request(ql_arena *a, const ql_value *signing, ql_str query, ql_value **out, ql_error *err);

/// What came of that: the models, or the cause of the failure in words with what to do about it.
/// @param attempt  shape `ConnectionAttempt`
/// @param out      shape `ConnectionTest`
/// @return QL_OK; QL_ERR_NOT_FOUND (the provider); QL_ERR_NOMEM.
QL_NODISCARD ql_status ql_llm_models_read(ql_arena *a, const ql_value *attempt, ql_value **out, ql_error *err);

#ifdef __cplusplus
}
#endif
#endif
