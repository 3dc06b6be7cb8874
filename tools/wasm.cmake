# core.wasm: the core and the shim as one standalone module, no JavaScript from Emscripten.
# The options are those that Debian's 3.1.6 and current releases share, but for TOTAL_STACK (now STACK_SIZE).

# Hashing and the scanning of logs and agent files are the hot paths: up to five times as fast at -O2 as at -Oz, for four kilobytes.
# Not so the Markdown and YAML parsers, which gain a few percent for twice that size.
# emcc reads the -Oz before it and adds -fno-inline-functions, under which a hash calls a function for every rotation.
set_property(SOURCE core/src/base/arena.c core/src/base/canon.c core/src/base/text.c core/src/base/tokens.c core/src/format/crypto.c
    core/src/format/markdown.c ${sodium_hash_sources}
    APPEND PROPERTY COMPILE_OPTIONS -O2 -finline-functions)

file(STRINGS wasm/exports.txt exports REGEX "^qlw_") # the others are Emscripten's own
list(TRANSFORM exports PREPEND _)
list(JOIN exports , exports)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS wasm/exports.txt)

file(GLOB shim_sources CONFIGURE_DEPENDS wasm/*.c)
add_executable(core-wasm ${shim_sources})
target_link_libraries(core-wasm PRIVATE questline ql_warnings)
target_link_options(core-wasm PRIVATE
    --no-entry -sSTANDALONE_WASM -sMALLOC=emmalloc -sEXPORTED_FUNCTIONS=${exports} -sSUPPORT_ERRNO=0
    --profiling-funcs -Wl,--no-demangle
    # Without it a deep recursion overwrites globals; with it, it traps.
    -Wl,--stack-first -sTOTAL_STACK=262144
    # With a maximum, malloc returns NULL at the cap instead of trapping. The longest log is 64 MiB; it grows by doubling, and is handed in.
    -sINITIAL_MEMORY=2097152 -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=268435456
    # LTO turns malloc + memset into calloc after symbols were resolved.
    -Wl,--undefined=calloc)
set_target_properties(core-wasm PROPERTIES
    OUTPUT_NAME core.named SUFFIX .wasm RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})

# The linked module keeps its function names, for tools/wasm-size.ts and for reading traps; the shipped one does not.
find_program(WASM_OPT wasm-opt REQUIRED)
add_custom_command(TARGET core-wasm POST_BUILD
    COMMAND ${WASM_OPT} --enable-bulk-memory --enable-sign-ext --strip-debug ${PROJECT_BINARY_DIR}/core.named.wasm -o ${PROJECT_BINARY_DIR}/core.wasm
    BYPRODUCTS ${PROJECT_BINARY_DIR}/core.wasm)
