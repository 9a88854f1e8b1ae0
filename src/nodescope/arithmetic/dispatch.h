/* The widest kernels that this processor and its operating system can run: part of core.c. The choice changes no bit of any result.
 *
 * Our own cpuid and xgetbv: musl, macOS, Windows and WebAssembly have no ifunc, and __builtin_cpu_supports needs a runtime library. */

static int64_t width_cap = 8;   /* any thread may write it while others read */

#if defined(NS_WIDTHS)
extern const ns_kernels ns_table_sse2, ns_table_avx2, ns_table_avx512;

static void cpuid(uint32_t leaf, uint32_t part, uint32_t *r) {
    __asm__("cpuid" : "=a"(r[0]), "=b"(r[1]), "=c"(r[2]), "=d"(r[3]) : "a"(leaf), "c"(part));
}

/* Which registers the operating system saves: bits 1 and 2 of those of AVX, 5 to 7 of those of AVX-512. */
static uint32_t saved_registers(void) {
    uint32_t low, high;
    __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

static int64_t widest(void) {
    const uint32_t saves = 1u << 27 | 1u << 28, avx2 = 1u << 5, avx512 = 1u << 16 | 1u << 17 | 1u << 31;   /* F, DQ, VL */
    uint32_t r[4];
    cpuid(0, 0, r);
    if (r[0] < 7) return 2;
    cpuid(1, 0, r);
    if ((r[2] & saves) != saves || (saved_registers() & 0x6) != 0x6) return 2;
    cpuid(7, 0, r);
    if (!(r[1] & avx2)) return 2;
    return (r[1] & avx512) == avx512 && (saved_registers() & 0xE0) == 0xE0 ? 8 : 4;
}

/* Doubles that a register may hold. The processor is asked once: cpuid takes longer than most steps. */
static int64_t width(void) {
    static int64_t found;
    int64_t known = __atomic_load_n(&found, __ATOMIC_RELAXED);
    if (!known) __atomic_store_n(&found, known = widest(), __ATOMIC_RELAXED);
    return smaller(known, __atomic_load_n(&width_cap, __ATOMIC_RELAXED));
}

static const ns_kernels *kernels_of(int64_t most) {
    most = smaller(most, width());
    return most >= 8 ? &ns_table_avx512 : most >= 4 ? &ns_table_avx2 : &ns_table_sse2;
}
#else
static int64_t width(void) { return 2; }

static const ns_kernels *kernels_of(int64_t most) {
    (void)most;
    return &NS_TABLE;
}
#endif

static const ns_kernels *kernels(void) { return kernels_of(8); }

/* The widest registers are not the fastest for one node (measured; the bits are the same). Its rows lie anywhere in memory: a register of
 * eight nearly always takes its numbers from two lines of the cache, one of four every other time; with many inputs loads are what takes
 * the time. One row a step waits for its lanes to be added, which takes longer the wider they are. */
enum { MANY_INPUTS = 64 };

static const ns_kernels *kernels_of_batches(const ns_problem *p) { return kernels_of(p->inputs > MANY_INPUTS ? 4 : 8); }

static const ns_kernels *kernels_of_rows(void) { return kernels_of(4); }

int64_t ns_cap_width(int64_t doubles) {
    __atomic_store_n(&width_cap, doubles, __ATOMIC_RELAXED);
    return width() >= 8 ? 8 : width() >= 4 ? 4 : 2;
}
