/*
 * The baseline of a saturated client in C: libmodbus, a thread per connection, each reads the same holding registers
 * again and again.
 *
 *   libmodbus-client PORT CONNECTIONS REGISTERS WARM_UP_MS WINDOW_MS
 *
 * Prints {"requests":…,"failures":…,"cpuMs":…,"wallMs":…,"rssBytes":…} of the window; all of the process's threads.
 */
#include <modbus.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

static int port, registers;
static atomic_ulong requests, failures;
static atomic_int is_over;

static void *run(void *unused) {
  uint16_t values[MODBUS_MAX_READ_REGISTERS];
  modbus_t *modbus = modbus_new_tcp("127.0.0.1", port);
  (void)unused;
  modbus_set_slave(modbus, 1);
  if (modbus_connect(modbus) != 0) {
    atomic_fetch_add(&failures, 1);
    return NULL;
  }
  while (!atomic_load_explicit(&is_over, memory_order_relaxed)) {
    if (modbus_read_registers(modbus, 0, registers, values) == registers) atomic_fetch_add(&requests, 1);
    else atomic_fetch_add(&failures, 1);
  }
  modbus_close(modbus);
  modbus_free(modbus);
  return NULL;
}

static double now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static double cpu_ms(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e3 +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e3;
}

static long rss_bytes(void) {
  long total = 0, resident = 0;
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == NULL) return 0;
  if (fscanf(file, "%ld %ld", &total, &resident) != 2) resident = 0;
  fclose(file);
  return resident * sysconf(_SC_PAGESIZE);
}

int main(int count, char **words) {
  if (count != 6) return 2;
  port = atoi(words[1]);
  int connections = atoi(words[2]);
  registers = atoi(words[3]);
  useconds_t warm_up_us = (useconds_t)atoi(words[4]) * 1000, window_us = (useconds_t)atoi(words[5]) * 1000;
  pthread_t *threads = calloc((size_t)connections, sizeof *threads);
  if (threads == NULL) return 1;
  for (int at = 0; at < connections; at++)
    if (pthread_create(&threads[at], NULL, run, NULL) != 0) return 1;
  usleep(warm_up_us);
  double cpu = cpu_ms(), wall = now_ms();
  unsigned long before = atomic_load(&requests);
  usleep(window_us);
  unsigned long done = atomic_load(&requests) - before;
  cpu = cpu_ms() - cpu;
  wall = now_ms() - wall;
  long rss = rss_bytes();
  atomic_store(&is_over, 1);
  for (int at = 0; at < connections; at++) pthread_join(threads[at], NULL);
  printf("{\"requests\":%lu,\"failures\":%lu,\"cpuMs\":%.3f,\"wallMs\":%.3f,\"rssBytes\":%ld}\n", done,
         atomic_load(&failures), cpu, wall, rss);
  free(threads);
  return 0;
}
