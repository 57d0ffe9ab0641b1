/*
 * The field of a saturated client: answers Modbus TCP requests of function 3 as fast as one core can, so that the
 * client is what is measured. One thread, one port, every register 0x1234. Prints its port, ends when its input ends.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define REQUEST_BYTES 12
#define HEAD_BYTES 9
#define MAX_FDS 65536
#define EVENTS 256

typedef struct {
  uint8_t bytes[REQUEST_BYTES];
  size_t count;
} Rest;

static Rest rests[MAX_FDS];

static int is_sent(int fd, const uint8_t *bytes, size_t count) {
  /* A client that asks and does not read is no client of a benchmark: it is cut off. */
  return send(fd, bytes, count, MSG_NOSIGNAL) == (ssize_t)count;
}

static int answer(int fd, const uint8_t *request) {
  uint8_t reply[HEAD_BYTES + 250];
  size_t registers = ((size_t)request[10] << 8) | request[11];
  if (request[7] != 3 || registers < 1 || registers > 125) return 0;
  size_t length = 3 + 2 * registers;
  memcpy(reply, request, 8);
  reply[4] = (uint8_t)(length >> 8);
  reply[5] = (uint8_t)length;
  reply[8] = (uint8_t)(2 * registers);
  for (size_t at = 0; at < registers; at++) {
    reply[HEAD_BYTES + 2 * at] = 0x12;
    reply[HEAD_BYTES + 2 * at + 1] = 0x34;
  }
  return is_sent(fd, reply, HEAD_BYTES + 2 * registers);
}

/* 0 = the connection is over. */
static int serve(int fd) {
  uint8_t chunk[4096];
  Rest *rest = &rests[fd];
  ssize_t got = recv(fd, chunk, sizeof chunk, 0);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  for (ssize_t at = 0; at < got; at++) {
    rest->bytes[rest->count++] = chunk[at];
    if (rest->count < REQUEST_BYTES) continue;
    rest->count = 0;
    if (!answer(fd, rest->bytes)) return 0;
  }
  return 1;
}

static void watch(int epoll, int fd) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = fd};
  epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

static void greet(int epoll, int listener) {
  int fd = accept(listener, NULL, NULL);
  int one = 1;
  if (fd < 0) return;
  if (fd >= MAX_FDS) {
    close(fd);
    return;
  }
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  rests[fd].count = 0;
  watch(epoll, fd);
}

int main(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  int epoll = epoll_create1(0);
  struct epoll_event events[EVENTS];
  if (bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1024) != 0) return 1;
  getsockname(listener, (struct sockaddr *)&address, &size);
  printf("%d\n", ntohs(address.sin_port));
  fflush(stdout);
  watch(epoll, listener);
  watch(epoll, STDIN_FILENO);
  for (;;) {
    int count = epoll_wait(epoll, events, EVENTS, -1);
    for (int at = 0; at < count; at++) {
      int fd = events[at].data.fd;
      if (fd == STDIN_FILENO) return 0;
      if (fd == listener) greet(epoll, listener);
      else if (!serve(fd)) close(fd);
    }
  }
}
