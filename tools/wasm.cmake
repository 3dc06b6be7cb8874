# core.wasm: the core and the shim as one standalone module, no JavaScript from Emscripten. first.wasm is the part of it that a page needs before a
# quest is opened, from the same sources: a smaller list of exports, and what nothing exported needs is not linked.
# The options are those that Debian's 3.1.6 and current releases share, but for TOTAL_STACK (now STACK_SIZE).

# Hashing and the scanning of logs and agent files are the hot paths: up to five times as fast at -O2 as at -Oz, for four kilobytes.
# Not so the Markdown and YAML parsers, which gain a few percent for twice that size.
# emcc reads the -Oz before it and adds -fno-inline-functions, under which a hash calls a function for every rotation.
set_property(SOURCE core/src/base/arena.c core/src/base/canon.c core/src/base/text.c core/src/base/tokens.c core/src/format/crypto.c
    core/src/format/markdown.c ${sodium_hash_sources}
    APPEND PROPERTY COMPILE_OPTIONS -O2 -finline-functions)

file(GLOB shim_sources CONFIGURE_DEPENDS wasm/*.c)
add_library(shim OBJECT ${shim_sources})
target_link_libraries(shim PRIVATE questline ql_warnings)

# The linked module keeps its function names, for tools/wasm-size.ts and for reading traps; the shipped one does not.
find_program(WASM_OPT wasm-opt REQUIRED)

# add_core(NAME LIST): NAME.wasm, with the exports that the file lists.
function(add_core name list)
    file(STRINGS ${list} exports REGEX "^qlw_") # the others are Emscripten's own
    list(TRANSFORM exports PREPEND _)
    list(JOIN exports , exports)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
    add_executable(${name}-wasm $<TARGET_OBJECTS:shim>)
    target_link_libraries(${name}-wasm PRIVATE questline)
    target_link_options(${name}-wasm PRIVATE
        --no-entry -sSTANDALONE_WASM -sMALLOC=emmalloc -sEXPORTED_FUNCTIONS=${exports} -sSUPPORT_ERRNO=0
        --profiling-funcs -Wl,--no-demangle
        # Without it a deep recursion overwrites globals; with it, it traps.
        -Wl,--stack-first -sTOTAL_STACK=262144
        # With a maximum, malloc returns NULL at the cap instead of trapping. The longest log is 64 MiB; it grows by doubling, and is handed in.
        -sINITIAL_MEMORY=2097152 -sALLOW_MEMORY_GROWTH -sMAXIMUM_MEMORY=268435456
        # LTO turns malloc + memset into calloc after symbols were resolved.
        -Wl,--undefined=calloc)
    set_target_properties(${name}-wasm PROPERTIES
        OUTPUT_NAME ${name}.named SUFFIX .wasm RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
    set(built ${PROJECT_BINARY_DIR}/${name})
    add_custom_command(TARGET ${name}-wasm POST_BUILD
        COMMAND ${WASM_OPT} --enable-bulk-memory --enable-sign-ext --strip-debug ${built}.named.wasm -o ${built}.wasm
        BYPRODUCTS ${built}.wasm)
endfunction()

add_core(core wasm/exports.txt)
add_core(first wasm/first.txt)
