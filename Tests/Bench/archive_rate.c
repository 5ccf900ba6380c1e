/* Updates one archive as fast as librrd does it: archive_rate FILE BATCH SECONDS. Prints samples, seconds and processor seconds as JSON. */
#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

int main(int count, char **words) {
  if (count != 4) return 2;
  int batch = atoi(words[2]);
  double seconds = atof(words[3]);
  time_t last = rrd_last_r(words[1]);
  long samples = 0;
  char(*text)[64] = malloc(64 * batch);
  const char **vector = malloc(sizeof *vector * batch);
  if (batch < 1 || last < 0 || !text || !vector) return 1;
  for (int i = 0; i < batch; i++) vector[i] = text[i];
  double start = now(CLOCK_MONOTONIC), busy = now(CLOCK_PROCESS_CPUTIME_ID);
  do {
    for (int i = 0; i < batch; i++) {
      last++;
      snprintf(text[i], 64, "%ld:%ld:%ld", (long)last, (long)(last % 900000) * 977, (long)(last % 90000) * 613);
    }
    if (rrd_update_r(words[1], NULL, batch, vector)) {
      fprintf(stderr, "%s: %s\n", words[1], rrd_get_error());
      return 1;
    }
    samples += batch;
  } while (now(CLOCK_MONOTONIC) - start < seconds);
  printf("{\"samples\":%ld,\"seconds\":%f,\"cpu\":%f}\n", samples, now(CLOCK_MONOTONIC) - start, now(CLOCK_PROCESS_CPUTIME_ID) - busy);
  return 0;
}
