typedef const char *name;
