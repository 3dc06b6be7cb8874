# The third-party C libraries, one static library each, without our warnings. Fetched on first configuration.

set(third_party ${PROJECT_SOURCE_DIR}/build/third_party)
execute_process(COMMAND ${PROJECT_SOURCE_DIR}/tools/fetch-third-party COMMAND_ERROR_IS_FATAL ANY)

# ql_third_party(<name> <include folder> <source>...)
function(ql_third_party name include)
    add_library(${name} STATIC ${ARGN})
    target_include_directories(${name} SYSTEM PUBLIC ${include})
    # libyaml calls strdup: in strict C11 it would be undeclared, and its pointer cut to an int.
    set_target_properties(${name} PROPERTIES C_EXTENSIONS ON)
    # Their arithmetic is not ours to mend; AddressSanitizer stays on.
    target_compile_options(${name} PRIVATE -Werror=implicit-function-declaration -fno-sanitize=undefined)
endfunction()

ql_third_party(ql_cjson ${third_party}/cjson ${third_party}/cjson/cJSON.c)
# It never sees a number (format/json.c hides them), so libc's strtod and its long double arithmetic stay out of the module.
target_compile_definitions(ql_cjson PRIVATE CJSON_NESTING_LIMIT=64 strtod=ql_cjson_strtod)

ql_third_party(ql_md4c ${third_party}/md4c/src ${third_party}/md4c/src/md4c.c)
target_compile_definitions(ql_md4c PUBLIC
    "MD4C_FLAGS=(MD_FLAG_NOHTML | MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS)")

set(yaml_sources api.c parser.c reader.c scanner.c)
list(TRANSFORM yaml_sources PREPEND ${third_party}/libyaml/src/)
ql_third_party(ql_yaml ${third_party}/libyaml/include ${yaml_sources})
target_compile_definitions(ql_yaml PUBLIC YAML_DECLARE_STATIC PRIVATE
    YAML_VERSION_MAJOR=0 YAML_VERSION_MINOR=2 YAML_VERSION_PATCH=5 YAML_VERSION_STRING="0.2.5")

set(zlib_sources adler32.c crc32.c deflate.c inffast.c inflate.c inftrees.c trees.c zutil.c)
list(TRANSFORM zlib_sources PREPEND ${third_party}/zlib/)
ql_third_party(ql_zlib ${third_party}/zlib ${zlib_sources})
target_compile_definitions(ql_zlib PUBLIC NO_GZIP)

# libsodium's portable C of BLAKE2b, SHA-256 and XChaCha20-Poly1305; what they need of the rest is in sodium_port.c.
set(sodium ${third_party}/libsodium/src/libsodium)
set(sodium_hash_sources
    crypto_generichash/crypto_generichash.c
    crypto_generichash/blake2b/generichash_blake2.c
    crypto_generichash/blake2b/ref/blake2b-compress-ref.c
    crypto_generichash/blake2b/ref/blake2b-ref.c
    crypto_generichash/blake2b/ref/generichash_blake2b.c
    crypto_hash/sha256/hash_sha256.c
    crypto_hash/sha256/cp/hash_sha256_cp.c)
set(sodium_seal_sources
    crypto_aead/xchacha20poly1305/sodium/aead_xchacha20poly1305.c
    crypto_core/hchacha20/core_hchacha20.c
    crypto_onetimeauth/poly1305/onetimeauth_poly1305.c
    crypto_onetimeauth/poly1305/donna/poly1305_donna.c
    crypto_stream/chacha20/stream_chacha20.c
    crypto_stream/chacha20/ref/chacha20_ref.c
    crypto_verify/sodium/verify.c)
list(TRANSFORM sodium_hash_sources PREPEND ${sodium}/)
list(TRANSFORM sodium_seal_sources PREPEND ${sodium}/)
ql_third_party(ql_sodium ${sodium}/include ${sodium_hash_sources} ${sodium_seal_sources}
    ${PROJECT_SOURCE_DIR}/core/third_party/sodium_port.c)
target_include_directories(ql_sodium PRIVATE ${sodium}/include/sodium)
target_compile_definitions(ql_sodium PUBLIC SODIUM_STATIC PRIVATE CONFIGURED=1)
if(CMAKE_C_BYTE_ORDER STREQUAL "LITTLE_ENDIAN")
    target_compile_definitions(ql_sodium PRIVATE NATIVE_LITTLE_ENDIAN)
endif()

# Ed25519, for programs: the core signs nothing, so it is no part of the wasm.
if(NOT EMSCRIPTEN)
    set(sodium_sign_sources
        crypto_core/ed25519/ref10/ed25519_ref10.c
        crypto_hash/sha512/cp/hash_sha512_cp.c
        crypto_sign/ed25519/ref10/keypair.c
        crypto_sign/ed25519/ref10/open.c
        crypto_sign/ed25519/ref10/sign.c)
    list(TRANSFORM sodium_sign_sources PREPEND ${sodium}/)
    ql_third_party(ql_sodium_sign ${sodium}/include ${sodium_sign_sources})
    target_include_directories(ql_sodium_sign PRIVATE ${sodium}/include/sodium)
    get_target_property(sodium_definitions ql_sodium COMPILE_DEFINITIONS)
    target_compile_definitions(ql_sodium_sign PUBLIC SODIUM_STATIC PRIVATE ${sodium_definitions})
    if(CMAKE_SIZEOF_VOID_P EQUAL 8)
        target_compile_definitions(ql_sodium_sign PRIVATE HAVE_TI_MODE)
    endif()
    target_link_libraries(ql_sodium_sign PUBLIC ql_sodium)
endif()
