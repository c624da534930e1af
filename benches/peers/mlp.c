// A network of three dense layers (relu, relu, softmax) with sparse categorical cross-entropy, by hand, for mlp.py.
//
// mlp.py compiles it with the sizes N0 to N3 and the largest batch MAX defined, so that all loops but those over samples
// have constant bounds. Batches and kernels are row-major, a row for each sample and for each input. With TILED, outputs
// are padded to whole vectors and products keep a tile of the result in registers; without, they are plain loops.
#include "measure.h"
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

#ifdef TILED
#ifdef __AVX512F__
enum { LANES = 16, ROWS = 4, COLUMNS = 4 }; // 16 of 32 registers are sums
#else
enum { LANES = 8, ROWS = 4, COLUMNS = 2 }; // 8 of 16
#endif
#else
enum { LANES = 1 };
#endif
#define PAD(n) (((n) + LANES - 1) / LANES * LANES)
enum { P1 = PAD(N1), P2 = PAD(N2), P3 = PAD(N3), WIDER = P1 > P2 ? P1 : P2, WIDEST = WIDER > P3 ? WIDER : P3 };

struct weights {
    float k1[N0 * P1], b1[P1], k2[N1 * P2], b2[P2], k3[N2 * P3], b3[P3];
};
enum { WEIGHTS = sizeof(struct weights) / sizeof(float) };

enum { SGD, ADAM, RMSPROP };

struct net {
    _Alignas(64) struct weights w;
    _Alignas(64) struct weights g, m, v; // gradients, and the state of the optimizer
    _Alignas(64) float h1[MAX * P1], h2[MAX * P2], y[MAX * P3];
    _Alignas(64) float d1[MAX * P1], d2[MAX * P2];
    _Alignas(64) float t2[N2 * P1], t3[P3 * P2]; // transposed kernels
    _Alignas(64) float x[MAX * N0];              // a batch of shuffled samples
    int32_t label[MAX];
    int optimizer, t, right;
    uint64_t random;
};

// --- Products ---------------------------------------------------------------------------------------------------------

#ifdef TILED
typedef float vector __attribute__((vector_size(4 * LANES), aligned(4)));

// c[r][q] += sum over k of a[r][k] b[k][q], for a tile of `rows` by `columns` vectors.
INLINE void tile(int rows, int columns, int depth, const float *a, int row, int step, const float *b, int n, float *c)
{
    vector sum[ROWS][COLUMNS];
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 8
        for (int q = 0; q < columns; q++) sum[r][q] = *(const vector *)(c + r * n + q * LANES);
    for (int k = 0; k < depth; k++) {
#pragma GCC unroll 8
        for (int q = 0; q < columns; q++) {
            vector y = *(const vector *)(b + k * n + q * LANES);
#pragma GCC unroll 8
            for (int r = 0; r < rows; r++) sum[r][q] += a[r * row + k * step] * y;
        }
    }
#pragma GCC unroll 8
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 8
        for (int q = 0; q < columns; q++) *(vector *)(c + r * n + q * LANES) = sum[r][q];
}

INLINE void tiles(int rows, int depth, const float *a, int row, int step, const float *b, int n, float *c)
{
    int q = 0;
    for (; q + COLUMNS * LANES <= n; q += COLUMNS * LANES) tile(rows, COLUMNS, depth, a, row, step, b + q, n, c + q);
    switch ((n - q) / LANES) { // `n` is a constant: one of these remains
    case 3: tile(rows, 3, depth, a, row, step, b + q, n, c + q); break;
    case 2: tile(rows, 2, depth, a, row, step, b + q, n, c + q); break;
    case 1: tile(rows, 1, depth, a, row, step, b + q, n, c + q); break;
    }
}

// c += a b. Element (r, k) of a stands at `r * row + k * step`. `DEPTH` rows of b stay in the first cache.
INLINE void product(int m, int depth, const float *a, int row, int step, const float *b, int n, float *restrict c)
{
    enum { DEPTH = 128 };
    for (int k = 0; k < depth; k += DEPTH) {
        int part = depth - k < DEPTH ? depth - k : DEPTH, r = 0;
        for (; r + ROWS <= m; r += ROWS)
            tiles(ROWS, part, a + r * row + k * step, row, step, b + k * n, n, c + r * n);
        for (; r < m; r++) tiles(1, part, a + r * row + k * step, row, step, b + k * n, n, c + r * n);
    }
}

// The same for one sample, which has no rows to share an element of `b`, with four sums that do not wait for each other.
INLINE void one(int depth, const float *a, const float *b, int n, float *restrict c)
{
    for (int from = 0; from < n; from += COLUMNS * LANES) {
        int columns = (n - from) / LANES < COLUMNS ? (n - from) / LANES : COLUMNS;
        vector sum[4][COLUMNS] = {0};
        for (int k = 0; k < depth; k += 4)
#pragma GCC unroll 4
            for (int part = 0; part < 4; part++)
#pragma GCC unroll 8
                for (int q = 0; q < columns; q++)
                    sum[part][q] += a[k + part] * *(const vector *)(b + (k + part) * n + from + q * LANES);
#pragma GCC unroll 8
        for (int q = 0; q < columns; q++)
            *(vector *)(c + from + q * LANES) += (sum[0][q] + sum[1][q]) + (sum[2][q] + sum[3][q]);
    }
}
#else
INLINE void product(int m, int depth, const float *a, int row, int step, const float *b, int n, float *restrict c)
{
    for (int r = 0; r < m; r++)
        for (int k = 0; k < depth; k++)
            for (int q = 0; q < n; q++) c[r * n + q] += a[r * row + k * step] * b[k * n + q];
}

INLINE void one(int depth, const float *a, const float *b, int n, float *restrict c)
{
    float sum[WIDEST]; // which a compiler may keep in registers, unlike `c`
    for (int q = 0; q < n; q++) sum[q] = c[q];
    for (int k = 0; k < depth; k++)
        for (int q = 0; q < n; q++) sum[q] += a[k] * b[k * n + q];
    for (int q = 0; q < n; q++) c[q] = sum[q];
}
#endif

// --- Layers -----------------------------------------------------------------------------------------------------------

INLINE void dense(int samples, int in, int out, const float *x, const float *k, const float *b, float *restrict y)
{
    for (int s = 0; s < samples; s++)
        for (int o = 0; o < out; o++) y[s * out + o] = b[o];
    if (samples == 1) one(in, x, k, out, y);
    else product(samples, in, x, in, 1, k, out, y);
}

// From `d`, the gradient of the output; `in` is the width of `x`.
INLINE void dense_weights(int samples, int in, int out, const float *x, const float *d, float *restrict k,
                          float *restrict b)
{
    memset(k, 0, sizeof(float) * in * out);
    memset(b, 0, sizeof(float) * out);
    product(in, samples, x, 1, in, d, out, k);
    for (int s = 0; s < samples; s++)
        for (int o = 0; o < out; o++) b[o] += d[s * out + o];
}

// The gradient of the input, which is the output `h` of a relu. `out` numbers of `wide` have a meaning.
INLINE void dense_input(int samples, int in, int out, int wide, const float *d, const float *k, const float *h,
                        float *restrict t, float *restrict dx)
{
    // Transposed, because a sum within a vector is slow, and no compiler makes one without -ffast-math.
    for (int o = 0; o < out; o++)
        for (int i = 0; i < in; i++) t[o * in + i] = k[i * wide + o];
    memset(dx, 0, sizeof(float) * samples * in);
    product(samples, out, d, wide, 1, t, in, dx);
    for (int i = 0; i < samples * in; i++) dx[i] = h[i] > 0 ? dx[i] : 0;
}

INLINE void relu(int n, float *x)
{
    for (int i = 0; i < n; i++) x[i] = x[i] > 0 ? x[i] : 0;
}

INLINE void softmax(int samples, float *y)
{
    for (int s = 0; s < samples; s++, y += P3) {
        float most = y[0], sum = 0;
        for (int o = 1; o < N3; o++) most = y[o] > most ? y[o] : most;
        for (int o = 0; o < N3; o++) y[o] = expf(y[o] - most);
        for (int o = 0; o < N3; o++) sum += y[o];
        for (int o = 0; o < N3; o++) y[o] *= 1 / sum;
    }
}

// --- The network ------------------------------------------------------------------------------------------------------

INLINE void forward(struct net *net, const float *x, int n)
{
    dense(n, N0, P1, x, net->w.k1, net->w.b1, net->h1);
    relu(n * P1, net->h1);
    dense(n, N1, P2, net->h1, net->w.k2, net->w.b2, net->h2);
    relu(n * P2, net->h2);
    dense(n, N2, P3, net->h2, net->w.k3, net->w.b3, net->y);
    softmax(n, net->y);
}

// Two copies are compiled: for one sample, and for several.
static void predict(struct net *net, const float *x, int n)
{
    if (n == 1) forward(net, x, 1);
    else forward(net, x, n);
}

static void update(struct net *net)
{
    float *restrict w = (float *)&net->w, *restrict m = (float *)&net->m, *restrict v = (float *)&net->v;
    const float *restrict g = (float *)&net->g;
    net->t++;
    float rate = 1e-3f * sqrtf(1 - powf(0.999f, net->t)) / (1 - powf(0.9f, net->t));
    switch (net->optimizer) {
    case SGD:
        for (int i = 0; i < WEIGHTS; i++) w[i] -= 0.01f * g[i];
        break;
    case ADAM:
        for (int i = 0; i < WEIGHTS; i++) {
            m[i] += 0.1f * (g[i] - m[i]);
            v[i] += 0.001f * (g[i] * g[i] - v[i]);
            w[i] -= rate * m[i] / (sqrtf(v[i]) + 1e-7f);
        }
        break;
    case RMSPROP:
        for (int i = 0; i < WEIGHTS; i++) {
            v[i] = 0.9f * v[i] + 0.1f * g[i] * g[i];
            w[i] -= 1e-3f * g[i] / sqrtf(v[i] + 1e-7f);
        }
        break;
    }
}

// Gives the loss.
static float step(struct net *net, const float *x, const int32_t *label, int n)
{
    forward(net, x, n);
    float loss = 0;
    for (int s = 0; s < n; s++) {
        float *y = net->y + s * P3;
        int most = 0;
        for (int o = 1; o < N3; o++) most = y[o] > y[most] ? o : most;
        net->right += most == label[s];
        loss -= logf(y[label[s]] > 1e-7f ? y[label[s]] : 1e-7f);
        y[label[s]] -= 1;
        for (int o = 0; o < P3; o++) y[o] = o < N3 ? y[o] / n : 0; // now the gradient of the logits
    }
    dense_weights(n, N2, P3, net->h2, net->y, net->g.k3, net->g.b3);
    dense_input(n, N2, N3, P3, net->y, net->w.k3, net->h2, net->t3, net->d2);
    dense_weights(n, N1, P2, net->h1, net->d2, net->g.k2, net->g.b2);
    dense_input(n, N1, N2, P2, net->d2, net->w.k2, net->h1, net->t2, net->d1);
    dense_weights(n, N0, P1, x, net->d1, net->g.k1, net->g.b1);
    update(net);
    return loss / n;
}

// Gives the loss; all samples in a new order. Inlined in a loop, its array would grow on the stack.
static __attribute__((noinline)) float epoch(struct net *net, const float *x, const int32_t *label, int samples, int n)
{
    int order[samples];
    float loss = 0;
    net->right = 0;
    for (int s = 0; s < samples; s++) {
        net->random = net->random * 6364136223846793005u + 1442695040888963407u;
        int other = (net->random >> 33) % (s + 1);
        order[s] = order[other];
        order[other] = s;
    }
    for (int at = 0; at < samples; at += n) {
        int part = samples - at < n ? samples - at : n;
        for (int s = 0; s < part; s++) {
            memcpy(net->x + s * N0, x + order[at + s] * N0, sizeof(float) * N0);
            net->label[s] = label[order[at + s]];
        }
        loss += part * step(net, net->x, net->label, part);
    }
    return loss / samples;
}

// --- What mlp.py calls ------------------------------------------------------------------------------------------------

static const float *unpack(const float *from, int rows, int n, int wide, float *to)
{
    for (int r = 0; r < rows; r++, from += n) memcpy(to + r * wide, from, sizeof(float) * n);
    return from;
}

struct net *make(void) { return aligned_alloc(64, sizeof(struct net)); }

// `weights` has them one after another: kernel, bias, kernel, and so on.
void restart(struct net *net, const float *weights, int optimizer)
{
    _Static_assert(N1 == P1 && N2 == P2 && N0 % 4 == 0, "only the outputs are padded");
    memset(net, 0, sizeof *net);
    net->optimizer = optimizer;
    weights = unpack(unpack(weights, N0, N1, P1, net->w.k1), 1, N1, P1, net->w.b1);
    weights = unpack(unpack(weights, N1, N2, P2, net->w.k2), 1, N2, P2, net->w.b2);
    unpack(unpack(weights, N2, N3, P3, net->w.k3), 1, N3, P3, net->w.b3);
}

void first_prediction(struct net *net, const float *x, float *y)
{
    predict(net, x, 1);
    memcpy(y, net->y, sizeof(float) * N3);
}

float one_step(struct net *net, const float *x, const int32_t *label, int n) { return step(net, x, label, n); }

// Each call takes the next `n` of `samples`.
void measure_predictions(struct net *net, const float *x, int samples, int n, int blocks, int calls, double *times)
{
    int at = 0;
    MEASURE(blocks, calls, times, (predict(net, x + (size_t)at * N0, n), at = at + 2 * n > samples ? 0 : at + n));
}

float measure_steps(struct net *net, const float *x, const int32_t *label, int samples, int n, int blocks, int calls,
                    double *times)
{
    int at = 0;
    float loss = 0;
    MEASURE(blocks, calls, times,
            (loss = step(net, x + (size_t)at * N0, label + at, n), at = at + 2 * n > samples ? 0 : at + n));
    return loss;
}

float measure_epochs(struct net *net, const float *x, const int32_t *label, int samples, int n, int blocks, int calls,
                     double *times)
{
    float loss = 0;
    MEASURE(blocks, calls, times, loss = epoch(net, x, label, samples, n));
    return loss;
}
