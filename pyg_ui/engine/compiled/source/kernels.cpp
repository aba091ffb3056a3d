// Parts of a decoding step that take torch's operators several passes over memory, each in one pass.
//
// C++17 with GCC's vector extension, so that it compiles for any processor; packed matmuls need AVX2. Each number is
// computed by one thread, in an order that depends only on its own row. So a row is the same to the bit, whatever else
// is in the batch and however many threads there are. NaN stays NaN. Pointers are those of torch's tensors; sizes and
// strides count values.

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "activation.h"
#include "attention.h"
#include "bf16.h"
#include "int4.h"
#include "int4_rounding.h"
#include "int8.h"

namespace {

// Attention of the new tokens of some segments; a row of `out` is (H * D).
template <typename Cached>
struct Attention {
    int64_t num_segments;
    Cached* const* caches;  // each segment's keys, then values; attention.h has the layout
    const int64_t* starts;  // each segment's first position
    const int64_t* sizes;   // how many tokens each has; several segments of one slot have one each, in order
    int64_t window;         // how many positions a token sees, including its own; 0 for all
    const float* queries;   // (H, D) a row
    int64_t query_stride;
    const float* new_rows;  // the new keys and values, (2, H, D) a row
    int64_t new_stride;
    int64_t num_heads, size, num_positions;
    float* out;

    void run() const {
        std::vector<int64_t> rows;  // each segment's first one
        std::vector<Part> parts;
        int64_t row = 0;
        bool has_single = false;
        for (int64_t segment = 0; segment < num_segments; row += sizes[segment++]) {
            rows.push_back(row);
            has_single |= sizes[segment] == 1;
            if (sizes[segment] == 1) continue;
            for (int64_t head = 0; head < num_heads; ++head)
                for (int64_t begin = 0; begin < sizes[segment]; begin += ManyTokens<Cached>::kMost)
                    parts.push_back({segment, head, begin});
        }
        const int64_t num_heads_alone = has_single ? num_heads : 0;
        const int64_t num_parts = num_heads_alone + static_cast<int64_t>(parts.size());
        const int64_t room = parts.empty() ? OneToken<Cached>::room(num_positions, size)
                                           : ManyTokens<Cached>::room(num_positions, size);
        std::atomic<int64_t> next{0};
#pragma omp parallel
        {
            if (!parts.empty()) {
#pragma omp for
                for (int64_t head = 0; head < num_heads; ++head)
                    for (int64_t segment = 0; segment < num_segments; ++segment)
                        if (sizes[segment] > 1) store_all(segment, rows[segment], head);
            }
            const std::unique_ptr<float[]> buffer(new float[room]);
            for (int64_t part; (part = next.fetch_add(1, std::memory_order_relaxed)) < num_parts;)
                if (part < num_heads_alone)
                    attend_alone(rows, part, buffer.get());
                else
                    attend_block(rows, parts[part - num_heads_alone], buffer.get());
        }
    }

  private:
    struct Part {
        int64_t segment, head, begin;  // the first row in the segment
    };

    HeadCache<Cached> keys(int64_t segment, int64_t head) const {
        return {caches[segment] + head * size * kStretch, num_heads * size * kStretch, size};
    }

    HeadCache<Cached> values(int64_t segment, int64_t head) const {
        HeadCache<Cached> values = keys(segment, head);
        values.first += num_positions * num_heads * size;
        return values;
    }

    void store_all(int64_t segment, int64_t row, int64_t head) const {
        const HeadCache<Cached> keys = this->keys(segment, head), values = this->values(segment, head);
        const float* key = new_rows + row * new_stride + head * size;
        const int64_t end = starts[segment] + sizes[segment];
        for (int64_t position = starts[segment]; position < end; ++position, key += new_stride) {
            store(key, keys, position);
            store(key + num_heads * size, values, position);
        }
        // A last vector reaches past the last token, where memory may hold NaN.
        const std::vector<float> zeros(size);
        for (int64_t position = end; position % kLanes != 0; ++position) {
            store(zeros.data(), keys, position);
            store(zeros.data(), values, position);
        }
    }

    // One head of all tokens that are alone in their segments. In order, as those of one slot see those before them.
    void attend_alone(const std::vector<int64_t>& rows, int64_t head, float* room) const {
        const int64_t offset = head * size, width = num_heads * size;
        for (int64_t segment = 0; segment < num_segments; ++segment) {
            if (sizes[segment] > 1) continue;
            const int64_t row = rows[segment], last = starts[segment];
            const float* const key = new_rows + row * new_stride + offset;
            const OneToken<Cached> token{keys(segment, head), values(segment, head),
                                       window == 0 ? 0 : std::max<int64_t>(0, last - window + 1), last};
            store(key, token.keys, last);
            store(key + width, token.values, last);
            token.attend(queries + row * query_stride + offset, room, out + row * width + offset);
        }
    }

    void attend_block(const std::vector<int64_t>& rows, const Part& part, float* room) const {
        const int64_t offset = part.head * size, width = num_heads * size, row = rows[part.segment] + part.begin;
        const int64_t num_rows = std::min(ManyTokens<Cached>::kMost, sizes[part.segment] - part.begin);
        const ManyTokens<Cached> tokens(keys(part.segment, part.head), values(part.segment, part.head),
                                      starts[part.segment] + part.begin, num_rows, window);
        tokens.attend({queries + row * query_stride + offset, query_stride}, room, out + row * width + offset, width);
    }
};

}  // namespace

extern "C" {

// How many values a vector has.
int64_t lanes() { return kLanes; }

// The size of a head must be a multiple of this; the positions in a block, and in a stretch.
int64_t head_unit() { return kHeadUnit; }
int64_t position_block() { return kBlock; }
int64_t position_stretch() { return kStretch; }

// See Attention. `num_positions` is T.
void attend_fp32(int64_t num_segments, float* const* caches, const int64_t* starts, const int64_t* sizes,
                 int64_t window, const float* queries, int64_t query_stride, const float* new_rows, int64_t new_stride,
                 int64_t num_heads, int64_t size, int64_t num_positions, float* out) {
    Attention<float>{num_segments, caches, starts, sizes, window, queries, query_stride, new_rows, new_stride,
                     num_heads, size, num_positions, out}.run();
}

void attend_bf16(int64_t num_segments, uint16_t* const* caches, const int64_t* starts, const int64_t* sizes,
                 int64_t window, const float* queries, int64_t query_stride, const float* new_rows, int64_t new_stride,
                 int64_t num_heads, int64_t size, int64_t num_positions, float* out) {
    Attention<uint16_t>{num_segments, caches, starts, sizes, window, queries, query_stride, new_rows, new_stride,
                        num_heads, size, num_positions, out}.run();
}

// The activation of rows (M, I), `stride` apart: (M, I).
void activate(const float* rows, int64_t num_rows, int64_t size, int64_t stride, float* out) {
    constexpr int64_t kPiece = 2048, kWorthSharing = 32768;  // values
    const int64_t num_pieces = (size + kPiece - 1) / kPiece;
#pragma omp parallel for if (num_rows * size > kWorthSharing)
    for (int64_t piece = 0; piece < num_rows * num_pieces; ++piece) {
        const int64_t row = piece / num_pieces, begin = piece % num_pieces * kPiece;
        gelu(rows + row * stride + begin, std::min(kPiece, size - begin), out + row * size + begin);
    }
}

// Whether this processor has the 8-bit matmul.
bool has_int8() {
#ifdef __AVX2__
    return true;
#else
    return false;
#endif
}

// Whether it has instructions that multiply bf16.
bool has_bf16() {
#ifdef HAS_BF16_PANELS
    return true;
#else
    return false;
#endif
}

// How many outputs are in a panel of packed weights.
int64_t outputs_per_panel() {
#ifdef __AVX2__
    return kPanel;
#else
    return 1;
#endif
}

#ifdef __AVX2__

// Packs weights (N, K) in panels; `corrections` (N) are what the rows' zero point adds to each output.
void pack_int8(const int8_t* values, int64_t num_out, int64_t num_in, int8_t* packed, int32_t* corrections) {
#pragma omp parallel for
    for (int64_t panel = 0; panel < whole(num_out, kPanel) / kPanel; ++panel) {
        pack_panel(values, num_out, num_in, panel, packed);
        for (int64_t n = panel * kPanel; n < std::min(num_out, (panel + 1) * kPanel); ++n) {
            int32_t sum = 0;
            for (int64_t i = 0; i < num_in; ++i) sum += values[n * num_in + i];
            corrections[n] = kZeroPoint * sum;
        }
    }
}

// Rows (M, K) times packed weights (N, K), plus the bias if there is one: (M, N). Equals Int8Linear to the bit. A row
// whose whole numbers sum to less than `smallest_sum` gets a second row with what its rounding lost.
void multiply_int8(const float* rows, int64_t num_rows, int64_t num_in, float smallest_sum, const int8_t* packed,
                   const int32_t* corrections, const float* scales, int64_t num_out, const float* bias, float* out) {
    if (num_rows == 0) return;
    RoundedRows rounded(rows, num_rows, num_in, kQuad, smallest_sum);
    std::atomic<int64_t> next{0};
#pragma omp parallel
    {
#pragma omp for
        for (int64_t row = 0; row < num_rows; ++row) rounded.round(row);
        std::vector<int32_t> sums(rounded.count() * kPanel);
        for (int64_t begin; (begin = kPanel * next.fetch_add(1, std::memory_order_relaxed)) < num_out;) {
            multiply_panel<Int8Sums>(rounded.bytes(), rounded.count(), rounded.stride, packed + begin * rounded.stride,
                                     sums.data());
            rounded.write(sums.data(), corrections, scales, begin, num_out, bias, out);
        }
    }
}

// Rounds weights (N, K), K a multiple of 64, to blocks (N, K / 64, 36) and the unit of each output's steps. An error
// counts as much as the input's importance, (K).
void round_int4(const float* weights, const float* importance, int64_t num_out, int64_t num_in, int8_t* blocks,
                float* units) {
#pragma omp parallel for schedule(dynamic)
    for (int64_t n = 0; n < num_out; ++n)
        round_output(weights + n * num_in, importance, num_in, blocks + n * num_in / kBlockInputs * kBlockBytes,
                     units[n]);
}

// Packs blocks (N, K / 64, 36) in panels; `corrections` (N) are what a row of zeros sums to.
void pack_int4(const int8_t* blocks, int64_t num_out, int64_t num_blocks, int8_t* packed, float* corrections) {
    const int64_t num_in = num_blocks * kBlockInputs, num_bytes = num_blocks * kBlockBytes;
    const std::vector<uint8_t> zeros(num_in, kZeroPoint);
#pragma omp parallel for
    for (int64_t begin = 0; begin < num_out; begin += kPanel) {
        pack_panel(blocks, num_out, num_bytes, begin / kPanel, packed);
        float sums[kPanel];
        multiply_int4_panel(zeros.data(), 1, num_in, packed + begin * num_bytes, sums);
        std::copy(sums, sums + std::min(kPanel, num_out - begin), corrections + begin);
    }
}

// As multiply_int8, with packed blocks, whose steps have a unit for each output.
void multiply_int4(const float* rows, int64_t num_rows, int64_t num_in, float smallest_sum, const int8_t* packed,
                   const float* corrections, const float* units, int64_t num_out, const float* bias, float* out) {
    if (num_rows == 0) return;
    RoundedRows rounded(rows, num_rows, num_in, kBlockInputs, smallest_sum);
    const int64_t num_bytes = rounded.stride / kBlockInputs * kBlockBytes;
    std::atomic<int64_t> next{0};
#pragma omp parallel
    {
#pragma omp for
        for (int64_t row = 0; row < num_rows; ++row) rounded.round(row);
        std::vector<float> sums(rounded.count() * kPanel);
        for (int64_t begin; (begin = kPanel * next.fetch_add(1, std::memory_order_relaxed)) < num_out;) {
            multiply_int4_panel(rounded.bytes(), rounded.count(), rounded.stride, packed + begin * num_bytes,
                                sums.data());
            rounded.write(sums.data(), corrections, units, begin, num_out, bias, out);
        }
    }
}

#endif

#ifdef HAS_BF16_PANELS

// Packs weights (N, K) in bf16 in panels. K is even.
void pack_bf16(const uint16_t* values, int64_t num_out, int64_t num_in, int8_t* packed) {
#pragma omp parallel for
    for (int64_t panel = 0; panel < whole(num_out, kPanel) / kPanel; ++panel)
        pack_panel(reinterpret_cast<const int8_t*>(values), num_out, 2 * num_in, panel, packed);
}

// Rows (M, K) times packed weights (N, K), plus the bias if there is one, summed in fp32: (M, N); all in bf16.
void multiply_packed_bf16(const uint16_t* rows, int64_t num_rows, int64_t num_in, const int8_t* packed,
                          int64_t num_out, const uint16_t* bias, uint16_t* out) {
    if (num_rows == 0) return;
    std::atomic<int64_t> next{0};
#pragma omp parallel
    {
        std::vector<int32_t> sums(num_rows * kPanel);  // of fp32
        for (int64_t begin; (begin = kPanel * next.fetch_add(1, std::memory_order_relaxed)) < num_out;) {
            multiply_panel<Bf16Sums>(reinterpret_cast<const uint8_t*>(rows), num_rows, 2 * num_in,
                                     packed + begin * 2 * num_in, sums.data());
            const int64_t size = std::min(kPanel, num_out - begin);
            for (int64_t row = 0; row < num_rows; ++row)
                for (int64_t n = 0; n < size; ++n) {
                    const auto sum = read<float>(&sums[row * kPanel + n]);
                    narrow(bias == nullptr ? sum : sum + widen(bias[begin + n]), out[row * num_out + begin + n]);
                }
        }
    }
}

#endif

// A few rows (M, K) in fp32 times bf16 weights (N, K), summed in fp32: (M, N). K is a multiple of two vectors; `halves`
// has space for as many values as the rows have.
void multiply_bf16(const float* rows, int64_t num_rows, int64_t num_in, const uint16_t* weights, int64_t num_out,
                   float* halves, float* out) {
    constexpr int64_t kOutputsAtOnce = 32;
    interleave(rows, num_rows * num_in, halves);
    std::atomic<int64_t> next{0};
#pragma omp parallel
    for (int64_t begin; (begin = kOutputsAtOnce * next.fetch_add(1, std::memory_order_relaxed)) < num_out;) {
        const int64_t end = begin + kOutputsAtOnce < num_out ? begin + kOutputsAtOnce : num_out;
        int64_t n = begin;
        for (; n + 4 <= end; n += 4)
            for (int64_t m = 0; m < num_rows; m += 2) {
                const float* const from = halves + m * num_in;
                const uint16_t* const outputs = weights + n * num_in;
                float* const to = out + m * num_out + n;
                if (m + 2 <= num_rows)
                    multiply_bf16_tile<2, 4>(from, outputs, num_in, to, num_out);
                else
                    multiply_bf16_tile<1, 4>(from, outputs, num_in, to, num_out);
            }
        for (; n < end; ++n)
            for (int64_t m = 0; m < num_rows; ++m)
                multiply_bf16_tile<1, 1>(halves + m * num_in, weights + n * num_in, num_in, out + m * num_out + n,
                                    num_out);
    }
}

}  // extern "C"
