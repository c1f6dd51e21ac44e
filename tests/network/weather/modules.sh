#!/bin/sh
# SPDX-License-Identifier: MIT
# A waiter holds what the lookup needs: the loader's lock, inside a constructor; an answer,
# inside an NSS module that asks itself; a lock of the program, which an NSS module takes.

. tests/network/weather/lib.sh

is_glibc || skip_all 'no NSS modules: this libc is not glibc'

row_constructor
finish
no_worse 'a constructor asks while libc loads a module' 2 constructor

row_constructor_thread
finish
no_worse "a constructor's thread asks while libc loads a module" 2 constructor_thread

row_helper
finish
no_worse 'a module asks on a thread, marked for all' 1 helper

row_marked
finish
no_worse 'a module asks on a thread, which alone is marked' 1 marked

row_locked
finish
no_worse 'a module takes a lock that a waiter holds' 2 locked

done_testing
