// A plugin of QEMU's that counts the instructions of the guest between two addresses: `begin=0x…,end=0x…`.
//
// Debian's QEMU loads plugins and comes without their header, so what is used of it is declared here (its API, version 1 or 2).
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
extern void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, void (*)(plugin_id, struct qemu_plugin_tb *));
extern size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
extern struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
extern uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
extern void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *, void (*)(unsigned, void *), int, void *);
extern void qemu_plugin_outs(const char *);

int qemu_plugin_version = API;

static uint64_t begin, end, count;
static int inside;

// Before each instruction: the first and the last, which are those of the marks, are not counted.
static void on_instruction(unsigned cpu, void *address) {
    uint64_t at = (uintptr_t)address;
    if (at == end && inside) {
        char line[64];
        snprintf(line, sizeof line, "# instructions %llu\n", (unsigned long long)count);
        qemu_plugin_outs(line);
        inside = 0;
    }
    count++;
    if (at == begin) {
        inside = 1;
        count = 0;
    }
}

static void on_block(plugin_id id, struct qemu_plugin_tb *block) {
    for (size_t i = 0, n = qemu_plugin_tb_n_insns(block); i < n; i++) {
        struct qemu_plugin_insn *instruction = qemu_plugin_tb_get_insn(block, i);
        void *address = (void *)(uintptr_t)qemu_plugin_insn_vaddr(instruction);
        qemu_plugin_register_vcpu_insn_exec_cb(instruction, on_instruction, 0, address);
    }
}

int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv) {
    for (int i = 0; i < argc; i++) {
        if (!strncmp(argv[i], "begin=", 6)) begin = strtoull(argv[i] + 6, 0, 0) & ~1ull;
        if (!strncmp(argv[i], "end=", 4)) end = strtoull(argv[i] + 4, 0, 0) & ~1ull;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_block);
    return 0;
}
