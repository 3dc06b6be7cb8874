#include "lib/list.h"
#include <stdio.h>

int main(void) { return puts(list_name()); }
