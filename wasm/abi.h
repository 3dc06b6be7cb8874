/* The version of the boundary between core.wasm and its loader. It grows when an export changes its meaning or its parameters. */
#ifndef QUESTLINE_WASM_ABI_H
#define QUESTLINE_WASM_ABI_H

#define QLW_ABI_VERSION 2

#endif
