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
struct moved moved;
static struct dl_phdr_info libc_image, sanitizer_image; /* all zero before next_find() */

/* The functions of next.h, then those that have moved. */
static struct wanted functions[] = {
#define ROW(function) { .name = #function, .kind = SYMBOL_FUNCTION },
	NEXT_FUNCTIONS(ROW)
	MOVED_FUNCTIONS(ROW)
#undef ROW
	{ .name = "" },
};

/* The place of each in that array. */
enum {
#define ROW(function) AT_##function,
	NEXT_FUNCTIONS(ROW)
	MOVED_FUNCTIONS(ROW)
#undef ROW
};

struct walk {
	bool behind;                   /* the objects from here on are behind ours */
	bool late;                     /* libc came before ours, which was opened later */
	struct dl_phdr_info libc;      /* the object that is libc */
	struct dl_phdr_info sanitizer; /* the runtime of a sanitizer, if there is one */
};

static void prepare(struct wanted *each)
{
	for (; each->name[0] != '\0'; each++) {
		each->hash = image_hash(each->name);
		each->found = NULL;
	}
}

/* Take what this object has of the symbols that are still to be found. Returns whether all
 * are found. */
static bool find(const struct image *image, struct wanted *each)
{
	bool all = true;

	for (; each->name[0] != '\0'; each++) {
		if (each->found == NULL)
			each->found = image_find_hashed(image, each->name, each->hash, each->kind);
		all = all && each->found != NULL;
	}
	return all;
}

/* The objects so far do not count for the functions of next.h. */
static void pass_by(struct walk *walk)
{
	walk->behind = true;
#define ROW(function) functions[AT_##function].found = NULL;
	NEXT_FUNCTIONS(ROW)
#undef ROW
}

/* Objects come in the order in which symbols are searched: those that the process was
 * started with, then those that were opened later. libc is among the former, and so are all
 * objects before libc. Take the first function of each name behind ours, as RTLD_NEXT does. But
 * if libc comes before our object, ours was opened later, and the objects behind libc may be
 * closed again. Then take the first function of all, at the latest libc's. */
static int visit_object(struct dl_phdr_info *object, size_t size, void *context)
{
	struct walk *walk = context;
	struct image image;
	bool all;

	(void)size;
	if (image_holds(object, &next)) { /* this object is ours */
		if (!walk->late)
			pass_by(walk);
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
	all = find(&image, functions);
	return find(&image, libc->wanted) && all && (walk->behind || walk->late);
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

void next_find(void)
{
	struct walk walk = { .behind = false };

	find_libc();
	prepare(functions);
	prepare(libc->wanted);
	dl_iterate_phdr(visit_object, &walk);
#define ROW(function) next.function = (__typeof__(next.function))functions[AT_##function].found;
	NEXT_FUNCTIONS(ROW)
#undef ROW
#define ROW(function) moved.function = (__typeof__(moved.function))functions[AT_##function].found;
	MOVED_FUNCTIONS(ROW)
#undef ROW
	libc_image = walk.libc;
	sanitizer_image = walk.sanitizer;
}

bool next_is_libc(const void *function)
{
	return image_holds(&libc_image, function) || image_holds(&sanitizer_image, function);
}
