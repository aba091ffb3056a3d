// The 8-bit product: rows of numbers from 0 to 255 times weights from -127 to 127, summed exactly.
//
// Weights stand in panels of outputs, (N / panel, K / 4, panel, 4): a thread reads a panel as one stream, and four
// neighbouring inputs of an output are one lane of a vector.
#pragma once

#ifdef __AVX2__

#include <immintrin.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
using Bytes = __m512i;
constexpr int kRowsAtOnce = 6, kPanelVectors = 4;  // sums in registers: of some rows, each in some vectors
#else
using Bytes = __m256i;
constexpr int kRowsAtOnce = 4, kPanelVectors = 3;
#endif
constexpr int64_t kQuad = 4;  // inputs a lane
constexpr int64_t kOutputs = sizeof(Bytes) / kQuad, kPanel = kPanelVectors * kOutputs;
constexpr int64_t kLine = 64, kLines = (kPanel * kQuad + kLine - 1) / kLine;  // of the cache; those of a panel's quad

constexpr int32_t kZeroPoint = 128;     // added to rounded rows: the product takes them as numbers from 0 to 255
constexpr float kRefinement = 2 * 127;  // half a step is the most that rounding loses; in finer steps it is again 127

inline int64_t whole(int64_t count, int64_t unit) { return (count + unit - 1) / unit * unit; }

// Rounds to whole numbers within 127 of zero, in steps of the row's own, and adds the zero point. Returns the sum of
// the whole numbers without their signs. To the bit what torch's operators give; so is `round_loss`.
inline float round_row(const float* from, int64_t size, uint8_t* to, float& step) {
    float largest = 0, sum = 0;
#pragma omp simd reduction(max : largest)
    for (int64_t i = 0; i < size; ++i) largest = std::fabs(from[i]) > largest ? std::fabs(from[i]) : largest;
    const float own = std::fma(largest, 1.0f / 127, 1.17549435e-38f);
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < size; ++i) {
        const float number = std::nearbyint(from[i] / own);
        sum += std::fabs(number);
        to[i] = static_cast<uint8_t>(static_cast<int32_t>(number) + kZeroPoint);
    }
    step = std::isnan(sum) ? sum : own;
    return sum;
}

// What rounding to `numbers` lost, in whole numbers of finer steps.
inline void round_loss(const float* from, const uint8_t* numbers, int64_t size, float step, float fine, uint8_t* to) {
#pragma omp simd
    for (int64_t i = 0; i < size; ++i) {
        const float lost = std::fma(-static_cast<float>(numbers[i] - kZeroPoint), step, from[i]);
        to[i] = static_cast<uint8_t>(static_cast<int32_t>(std::nearbyint(lost / fine)) + kZeroPoint);
    }
}

// 32 numbers each of eight rows as eight vectors of four numbers each of all rows, `step` apart.
inline void transpose_quads(const int8_t* from, int64_t stride, int8_t* to, int64_t step) {
    __m256i in[8], out[8];
    for (int row = 0; row < 8; ++row)
        in[row] = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + row * stride));
    for (int pair = 0; pair < 8; pair += 2) {
        out[pair] = _mm256_unpacklo_epi32(in[pair], in[pair + 1]);
        out[pair + 1] = _mm256_unpackhi_epi32(in[pair], in[pair + 1]);
    }
    for (int half = 0; half < 8; half += 4)
        for (int side = 0; side < 2; ++side) {
            in[half + 2 * side] = _mm256_unpacklo_epi64(out[half + side], out[half + 2 + side]);
            in[half + 2 * side + 1] = _mm256_unpackhi_epi64(out[half + side], out[half + 2 + side]);
        }
    for (int quad = 0; quad < 4; ++quad) {
        const __m256i low = _mm256_permute2x128_si256(in[quad], in[quad + 4], 0x20);
        const __m256i high = _mm256_permute2x128_si256(in[quad], in[quad + 4], 0x31);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + quad * step), low);
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to + (quad + 4) * step), high);
    }
}

inline Bytes load_bytes(const void* from) {
    Bytes bytes;
    std::memcpy(&bytes, from, sizeof bytes);
    return bytes;
}

// Four neighbours, in each lane.
inline Bytes repeat_quad(const uint8_t* from) {
    int32_t quad;
    std::memcpy(&quad, from, sizeof quad);
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
    return _mm512_set1_epi32(quad);
#else
    return _mm256_set1_epi32(quad);
#endif
}

// Adds the products of four neighbours each, unsigned times signed. Without VNNI two products are added in 16 bits
// first: weights must be paired, see int8_rounding. In assembler, as GCC would move all sums about at each step.
inline void add_products(Bytes& sums, Bytes rows, Bytes weights) {
#if defined(__AVX512VNNI__) && defined(__AVX512BW__)
    __asm__("vpdpbusd %2, %1, %0" : "+v"(sums) : "v"(rows), "v"(weights));
#elif defined(__AVXVNNI__)
    __asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sums) : "x"(rows), "x"(weights));
#else
    const Bytes pairs = _mm256_maddubs_epi16(rows, weights);
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
    __asm__("" : "+x"(sums));  // GCC would collect pairs of several sums first, and run out of registers
#endif
}

// Products of M rows, `stride` apart, with a panel's weights for some quads of inputs, added to sums (M, panel), which
// begin here where `is_first`. Of each quad as many lines of the weights that lie `ahead` are fetched into the nearest
// cache. Not inlined: within more code GCC keeps the sums in memory.
template <int M, int num_lines>
__attribute__((noinline)) void multiply_tile(const uint8_t* rows, int64_t stride, const int8_t* weights,
                                             int64_t num_quads, bool is_first, int64_t ahead, int32_t* to) {
    Bytes sums[M][kPanelVectors];
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 8
        for (int v = 0; v < kPanelVectors; ++v)
            sums[m][v] = is_first ? Bytes{} : load_bytes(to + m * kPanel + v * kOutputs);
    for (int64_t quad = 0; quad < num_quads; ++quad, weights += kPanel * kQuad) {
        Bytes some[kPanelVectors];
#pragma GCC unroll 8
        for (int v = 0; v < kPanelVectors; ++v) some[v] = load_bytes(weights + v * sizeof(Bytes));
#pragma GCC unroll 8
        for (int line = 0; line < num_lines; ++line) __builtin_prefetch(weights + ahead + line * kLine);
#pragma GCC unroll 8
        for (int m = 0; m < M; ++m) {
            const Bytes row = repeat_quad(rows + m * stride + quad * kQuad);
#pragma GCC unroll 8
            for (int v = 0; v < kPanelVectors; ++v) add_products(sums[m][v], row, some[v]);
        }
    }
#pragma GCC unroll 8
    for (int m = 0; m < M; ++m)
#pragma GCC unroll 8
        for (int v = 0; v < kPanelVectors; ++v)
            std::memcpy(to + m * kPanel + v * kOutputs, &sums[m][v], sizeof sums[m][v]);
}

using Tile = decltype(&multiply_tile<1, 0>);

template <int num_lines>
Tile tile_of(int64_t num_rows) {
    switch (num_rows) {
        case 1: return multiply_tile<1, num_lines>;
        case 2: return multiply_tile<2, num_lines>;
        case 3: return multiply_tile<3, num_lines>;
        case 4: return multiply_tile<4, num_lines>;
        case 5: return multiply_tile<std::min(5, kRowsAtOnce), num_lines>;
        default: return multiply_tile<kRowsAtOnce, num_lines>;
    }
}

// Sums of all rows (M, K) with a panel's weights: (M, panel). K is a multiple of kQuad.
inline void multiply_panel(const uint8_t* rows, int64_t num_rows, int64_t num_in, const int8_t* panel, int32_t* sums) {
    constexpr int64_t kFarAhead = 2048, kFewRows = 32;
    if (num_rows <= kRowsAtOnce)
        return tile_of<kLines>(num_rows)(rows, num_in, panel, num_in / kQuad, true, kFarAhead, sums);
    // A part of the weights at a time stays in the nearest cache for all rows, and the first ones fetch the next part.
    const int64_t num_groups = (num_rows + kRowsAtOnce - 1) / kRowsAtOnce;
    const int64_t most = (num_rows + num_groups - 1) / num_groups;
    const int64_t at_once = num_rows <= kFewRows ? 256 : 512;
    for (int64_t first = 0; first < num_in; first += at_once) {
        const int64_t num_quads = std::min(at_once, num_in - first) / kQuad, part = num_quads * kPanel * kQuad;
        for (int64_t m = 0, line = 0; m < num_rows; m += most) {
            const int64_t count = std::min(most, num_rows - m);
            const bool has_half = line + kLines / 2 <= kLines && num_groups < kLines;
            const Tile tile = has_half        ? tile_of<kLines / 2>(count)
                              : line < kLines ? tile_of<1>(count)
                                              : tile_of<0>(count);
            tile(rows + m * num_in + first, num_in, panel + first * kPanel, num_quads, first == 0, part + line * kLine,
                 sums + m * kPanel);
            line += has_half ? kLines / 2 : 1;
        }
    }
}

#endif
