// Attention of one new token, or of many, to a KV cache in fp32 or bf16. The cache has stretches of positions, divided
// into blocks (D, block) for each head: (T / stretch, H, stretch / block, D, block). So a head is read in few pieces,
// and memory is used only as far as a text reaches.
//
// New keys and values are stored before they are read, so a token sees them as later tokens will. For one token and
// for many, sums have the same order, vectors begin at multiples of kLanes, and unseen positions have a share of 0. So
// a token's result is the same to the bit in both cases, as long as all values are finite.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "vectors.h"

constexpr int64_t kHeadUnit = 8;  // the size of a head must be a multiple of this
constexpr int64_t kBlock = 64, kStretch = 256;  // positions

// The keys, or the values, of one head in one slot.
template <typename Cached>
struct HeadCache {
    Cached* first;
    int64_t distance;  // between the head's stretches; other heads are in between
    int64_t size;      // D

    Cached* block(int64_t position) const {
        return first + position / kStretch * distance + position % kStretch / kBlock * kBlock * size;
    }

    // The values of a position; they are kBlock apart.
    Cached* at(int64_t position) const { return block(position) + position % kBlock; }
};

// A head's vectors of some tokens; they are `stride` apart.
struct Rows {
    const float* first;
    int64_t stride;

    const float* operator[](int64_t row) const { return first + row * stride; }
};

template <typename Cached>
void store(const float* values, const HeadCache<Cached>& cache, int64_t position) {
    Cached* const to = cache.at(position);
    for (int64_t i = 0; i < cache.size; ++i) narrow(values[i], to[i * kBlock]);
}

// Turns scores into shares, which are 0 outside of `begin` to `end`. There are `width` of them, a multiple of kLanes.
// Returns the sum of the shares.
inline float share(float* scores, int64_t begin, int64_t end, int64_t width) {
    std::fill(scores, scores + begin, -INFINITY);
    std::fill(scores + end, scores + width, -INFINITY);
    float top = scores[begin];
#pragma omp simd reduction(max : top)
    for (int64_t t = begin; t < end; ++t) top = scores[t] > top ? scores[t] : top;
    Floats sums{};
    for (int64_t t = 0; t < width; t += kLanes) {
        const Floats shares = exponential(load(scores + t) - top);
        store(scores + t, shares);
        sums += shares;
    }
    return total(sums);
}

// Attention of one token to the positions from `first` to its own, `last`. Its key and value are stored already.
template <typename Cached>
struct OneToken {
    HeadCache<Cached> keys, values;
    int64_t first, last;

    // How many values of space `attend` needs at most.
    static int64_t room(int64_t num_positions, int64_t size) { return num_positions + size * kLanes; }

    void attend(const float* query, float* room, float* out) const {
        const int64_t begin = first / kBlock * kBlock, end = (last / kBlock + 1) * kBlock, size = values.size;
        float* const shares = room;
        float* const sums = room + end - begin;  // (D, lanes)
        int64_t t = begin;
        for (; t + 2 * kBlock <= end; t += 2 * kBlock) score<2>(query, t, end, shares + t - begin);
        if (t < end) score<1>(query, t, end, shares + t - begin);
        const float scale = 1 / share(shares, first - begin, last + 1 - begin, end - begin);
        std::fill(sums, sums + size * kLanes, 0.0f);
        for (t = begin; t < end - kBlock; t += kBlock)
            gather(shares + t - begin, values.block(t), values.block(t + kBlock), sums);
        gather_seen(shares + end - kBlock - begin, values.block(last), last % kBlock + 1, sums);
        for (int64_t i = 0; i < size; ++i) out[i] = total(load(sums + i * kLanes)) * scale;
    }

  private:
    static constexpr int kVectors = kBlock / kLanes;

    // Prefetches a row of the next block, because the processor cannot guess where it is.
    static void fetch(const Cached* row) {
        for (int64_t t = 0; t < kBlock; t += 64 / sizeof(Cached)) __builtin_prefetch(row + t);
    }

    // The scores of one block, or of two, whose sums are independent of each other.
    template <int num_blocks>
    void score(const float* query, int64_t t, int64_t end, float* scores) const {
        const Cached *blocks[num_blocks], *next[num_blocks];
        for (int b = 0; b < num_blocks; ++b) {
            const int64_t later = t + (num_blocks + b) * kBlock;  // the values follow the keys
            blocks[b] = keys.block(t + b * kBlock);
            next[b] = later < end ? keys.block(later) : values.block(std::min(first + later - end, last));
        }
        Floats sums[num_blocks][kVectors] = {};
        for (int64_t i = 0; i < keys.size; ++i) {
            const Floats weight = all(query[i]);
#pragma GCC unroll 8
            for (int b = 0; b < num_blocks; ++b) {
                fetch(next[b] + i * kBlock);
#pragma GCC unroll 8
                for (int v = 0; v < kVectors; ++v) sums[b][v] += weight * load(blocks[b] + i * kBlock + v * kLanes);
            }
        }
        for (int b = 0; b < num_blocks; ++b)
            for (int v = 0; v < kVectors; ++v) store(scores + b * kBlock + v * kLanes, sums[b][v]);
    }

    void gather(const float* shares, const Cached* block, const Cached* next, float* sums) const {
        Floats weights[kVectors];
        for (int v = 0; v < kVectors; ++v) weights[v] = load(shares + v * kLanes);
        for (int64_t i = 0; i < values.size; ++i) {
            Floats sum = load(sums + i * kLanes);
            fetch(next + i * kBlock);
#pragma GCC unroll 8
            for (int v = 0; v < kVectors; ++v) sum += weights[v] * load(block + i * kBlock + v * kLanes);
            store(sums + i * kLanes, sum);
        }
    }

    // For a block whose first `count` positions are filled; the others hold arbitrary values.
    void gather_seen(const float* shares, const Cached* block, int64_t count, float* sums) const {
        for (int64_t t = 0; t < count; t += kLanes) {
            const Floats weights = load(shares + t);
            for (int64_t i = 0; i < values.size; ++i) {
                const Floats seen = first_lanes(load(block + i * kBlock + t), count - t);
                store(sums + i * kLanes, load(sums + i * kLanes) + weights * seen);
            }
        }
    }
};

// Attention of some neighbouring tokens. Their keys and values are stored already.
template <typename Cached>
class ManyTokens {
  public:
    static constexpr int64_t kMost = 32;

    // The tokens at the positions from `start` on; each sees `window` positions, including its own, or all if 0.
    ManyTokens(const HeadCache<Cached>& keys, const HeadCache<Cached>& values, int64_t start, int64_t num_rows,
               int64_t window)
        : keys_(keys), values_(values), start_(start), num_rows_(num_rows), window_(window) {
        first_ = first_seen(0) / kLanes * kLanes;
        width_ = (start + num_rows - first_ + kLanes - 1) / kLanes * kLanes;
    }

    // How many values of space `attend` needs at most.
    static int64_t room(int64_t num_positions, int64_t size) {
        return kMost * num_positions + size * kColumns * kLanes;
    }

    void attend(const Rows& queries, float* room, float* out, int64_t out_stride) const {
        float* const scores = room;  // (rows, width)
        for (int64_t t = 0; t < width_; t += kColumns * kLanes) score(queries, t, room + kMost * width_, scores);
        float scales[kMost];
        for (int64_t row = 0; row < num_rows_; ++row) {
            const int64_t begin = first_seen(row) - first_, end = start_ + row + 1 - first_;
            scales[row] = 1 / share(scores + row * width_, begin, end, width_);
        }
        for (int64_t row = 0; row < num_rows_; row += kShares)  // so few that their shares stay in the nearest cache
            for (int64_t i = 0; i < values_.size; i += kValues) gather(scores, scales, row, i, out, out_stride);
    }

  private:
    // How many sums are in registers: of scores, for rows and vectors of positions; of results, for rows and values.
    static constexpr int kColumns = 2;
#ifdef __AVX512F__
    static constexpr int kRows = 8, kShares = 4, kValues = 4;
#else
    static constexpr int kRows = 4, kShares = 4, kValues = 2;
#endif
    const HeadCache<Cached> keys_, values_;
    const int64_t start_, num_rows_, window_;
    int64_t first_, width_;

    int64_t first_seen(int64_t row) const {
        return window_ == 0 ? 0 : std::max<int64_t>(0, start_ + row - window_ + 1);
    }

    // The scores of all tokens for some positions, from `t` on. `keys` is space for the keys in fp32, (D, columns).
    void score(const Rows& queries, int64_t t, float* keys, float* scores) const {
        const int num_columns = static_cast<int>(std::min<int64_t>(kColumns, (width_ - t) / kLanes));
        for (int c = 0; c < kColumns; ++c) {
            const Cached* const from = keys_.at(first_ + t + std::min(c, num_columns - 1) * kLanes);
            for (int64_t i = 0; i < keys_.size; ++i) store(keys + (i * kColumns + c) * kLanes, load(from + i * kBlock));
        }
        for (int64_t row = 0; row < num_rows_; row += kRows) {
            const float* some[kRows];
            for (int r = 0; r < kRows; ++r) some[r] = queries[std::min(row + r, num_rows_ - 1)];
            Floats sums[kRows][kColumns] = {};
            for (int64_t i = 0; i < keys_.size; ++i) {
                Floats column[kColumns];
#pragma GCC unroll 8
                for (int c = 0; c < kColumns; ++c) column[c] = load(keys + (i * kColumns + c) * kLanes);
#pragma GCC unroll 8
                for (int r = 0; r < kRows; ++r)
#pragma GCC unroll 8
                    for (int c = 0; c < kColumns; ++c) sums[r][c] += some[r][i] * column[c];
            }
            for (int r = 0; r < kRows && row + r < num_rows_; ++r)
                for (int c = 0; c < num_columns; ++c)
                    store(scores + (row + r) * width_ + t + c * kLanes, sums[r][c]);
        }
    }

    // Some values of the results of some tokens.
    void gather(const float* shares, const float* scales, int64_t row, int64_t i, float* out, int64_t stride) const {
        const float* some[kShares];
        for (int r = 0; r < kShares; ++r) some[r] = shares + std::min(row + r, num_rows_ - 1) * width_;
        Floats sums[kShares][kValues] = {};
        for (int64_t t = 0; t < width_; t += kLanes) {
            const Cached* const values = values_.at(first_ + t) + i * kBlock;
            Floats column[kValues];
#pragma GCC unroll 8
            for (int v = 0; v < kValues; ++v) column[v] = load(values + v * kBlock);
#pragma GCC unroll 8
            for (int r = 0; r < kShares; ++r) {
                const Floats weights = load_once(some[r] + t);
#pragma GCC unroll 8
                for (int v = 0; v < kValues; ++v) sums[r][v] += weights * column[v];
            }
        }
        for (int r = 0; r < kShares && row + r < num_rows_; ++r)
            for (int v = 0; v < kValues; ++v) out[(row + r) * stride + i + v] = total(sums[r][v]) * scales[row + r];
    }
};
