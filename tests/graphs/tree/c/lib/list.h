#include "name.h"

const char *list_name(void);
