# Writes a header with a hash over sources: cmake -D OUT=header -D "SOURCES=a;b" -P build-id.cmake
foreach(source ${SOURCES})
    file(SHA256 ${source} hash)
    string(APPEND hashes ${hash})
endforeach()
string(SHA256 id "${hashes}")
string(SUBSTRING ${id} 0 16 id)
file(WRITE ${OUT} "/* Of the sources that say what a quest's state is. Written by tools/build-id.cmake. */\n#define QL_BUILD_ID \"${id}\"\n")
