/* SPDX-License-Identifier: MIT */
/*
 * load [-w HOST] [PLUGIN]: loads PLUGIN in the locale of the environment, after
 * a lookup of HOST, and says "done".
 */
#include "lookup.h"

#include <dlfcn.h>
#include <locale.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int option;

	setlocale(LC_ALL, "");
	while ((option = getopt(argc, argv, "w:")) != -1) {
		if (option != 'w')
			return 2;
		lookup("warm", optarg, NULL);
	}
	if (optind < argc && dlopen(argv[optind], RTLD_NOW) == NULL) {
		puts(dlerror());
		return 1;
	}
	puts("done");
	return 0;
}
