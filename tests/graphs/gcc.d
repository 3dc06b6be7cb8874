main.o: main.c lib/list.h lib/name.h
list.o: lib/list.c lib/list.h lib/name.h
