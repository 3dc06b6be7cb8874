#include "list.h"

name list_name(void) { return "list"; }
