/* SPDX-License-Identifier: MIT
 *
 * This is done here, and not by dlsym(RTLD_NEXT). Before glibc 2.34 dlsym is libdl's, and a
 * process without libdl has none. Where a preload wraps dlsym, RTLD_NEXT means the object
 * behind that preload, which may be ours.
 */
#include "libc/next.h"

#include "libc/libc.h"

#include <link.h>
#include <stddef.h>
#include <string.h>

const struct libc *libc = &glibc; /* until next_find() has looked */
struct next next;
static struct dl_phdr_info libc_image, sanitizer_image; /* all zero before next_find() */

/* The place of each row of next.h in the arrays below. */
enum {
#define ROW(function) AT_##function,
	NEXT_FUNCTIONS(ROW)
#undef ROW
	FUNCTIONS
};

struct walk {
	bool behind;                   /* the objects from here on are behind ours */
	bool late;                     /* libc came before ours, which was opened later */
	struct dl_phdr_info libc;      /* the object that is libc */
	struct dl_phdr_info sanitizer; /* the runtime of a sanitizer, if there is one */
	void *first[FUNCTIONS];        /* the first of each name in all objects but ours */
	void *first_behind[FUNCTIONS]; /* the first of each name in the objects behind ours */
};

/* Take what this object has of the functions. Returns whether all are found. */
static bool find_functions(struct walk *walk, const struct image *image)
{
	static char names[][24] = { /* not constant: it is on the page that struct wanted is on */
#define ROW(function) #function,
		NEXT_FUNCTIONS(ROW)
#undef ROW
	};
	bool all = walk->behind || walk->late;

	for (int i = 0; i < FUNCTIONS; i++) {
		void *found = image_find(image, names[i], SYMBOL_FUNCTION);

		if (walk->first[i] == NULL)
			walk->first[i] = found;
		if (walk->first_behind[i] == NULL && walk->behind)
			walk->first_behind[i] = found;
		all = all && (walk->late ? walk->first[i] : walk->first_behind[i]) != NULL;
	}
	return all;
}

/* Take what this object has of libc's symbols. Returns whether all are found. */
static bool find_wanted(const struct image *image)
{
	bool all = true;

	for (struct wanted *wanted = libc->wanted; wanted->name[0] != '\0'; wanted++) {
		if (wanted->found == NULL)
			wanted->found = image_find(image, wanted->name, wanted->kind);
		all = all && wanted->found != NULL;
	}
	return all;
}

/* Objects come in the order in which symbols are searched: those that the process was
 * started with, then those that were opened later. libc is among the former, and so are all
 * objects before libc. */
static int visit_object(struct dl_phdr_info *object, size_t size, void *context)
{
	struct walk *walk = context;
	struct image image;
	bool functions, symbols;

	(void)size;
	if (image_holds(object, &next)) { /* this object is ours */
		walk->behind = true;
		return false;
	}
	if (image_holds(object, libc->anchor())) {
		walk->libc = *object;
		walk->late = !walk->behind;
	}
	if (walk->sanitizer.dlpi_phnum == 0 && strstr(object->dlpi_name, "san.so.") != NULL)
		walk->sanitizer = *object;
	if (!image_read(&image, object))
		return false;
	functions = find_functions(walk, &image);
	symbols = find_wanted(&image);
	return functions && symbols;
}

static void find_libc(void)
{
	static const struct libc *const libraries[] = {
#define ROW(library) &(library),
		LIBRARIES(ROW)
#undef ROW
		NULL,
	};

	for (const struct libc *const *each = libraries; *each != NULL; each++)
		if ((*each)->anchor() != NULL)
			libc = *each;
}

/* Take the first function of each name behind ours, as RTLD_NEXT does. But if libc comes
 * before our object, ours was opened later, and the objects behind libc may be closed again.
 * Then take the first function of all, at the latest libc's. */
void next_find(void)
{
	struct walk walk = { .behind = false };
	void *const *found = walk.first_behind;

	find_libc();
	dl_iterate_phdr(visit_object, &walk);
	if (walk.late)
		found = walk.first;
#define ROW(function) next.function = (__typeof__(next.function))found[AT_##function];
	NEXT_FUNCTIONS(ROW)
#undef ROW
	libc_image = walk.libc;
	sanitizer_image = walk.sanitizer;
}

bool next_is_libc(const void *function)
{
	return image_holds(&libc_image, function) || image_holds(&sanitizer_image, function);
}
