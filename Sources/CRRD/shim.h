#pragma once
#include <rrd.h>

/// Registers the source of rows for `DEF:…=cb//…`. librrd exports it, but declares it in a private header only.
int rrd_fetch_cb_register(int (*callback)(const char *filename, int cf_idx, time_t *start, time_t *end,
    unsigned long *step, unsigned long *ds_cnt, char ***ds_namv, rrd_value_t **data));
