// One step of Keras's LSTM by hand, for mlp.py, which compiles it with INPUTS and UNITS defined.
#include "measure.h"
#include <math.h>

enum { GATES = 4 * UNITS };

// Input, forget, cell and output gate; row-major, one row for each input.
static float kernel[INPUTS][GATES], recurrent[UNITS][GATES], bias[GATES];
static float h[UNITS], c[UNITS];

static float sigmoid(float x) { return 1 / (1 + expf(-x)); }

static void step(const float *restrict x)
{
    float z[GATES];
    for (int g = 0; g < GATES; g++) z[g] = bias[g];
    for (int i = 0; i < INPUTS; i++)
        for (int g = 0; g < GATES; g++) z[g] += x[i] * kernel[i][g];
    for (int i = 0; i < UNITS; i++)
        for (int g = 0; g < GATES; g++) z[g] += h[i] * recurrent[i][g];
    for (int u = 0; u < UNITS; u++) {
        c[u] = sigmoid(z[UNITS + u]) * c[u] + sigmoid(z[u]) * tanhf(z[2 * UNITS + u]);
        h[u] = sigmoid(z[3 * UNITS + u]) * tanhf(c[u]);
    }
}

// `weights` has all of them one after another.
void load(const float *weights)
{
    __builtin_memcpy(kernel, weights, sizeof kernel);
    __builtin_memcpy(recurrent, weights + INPUTS * GATES, sizeof recurrent);
    __builtin_memcpy(bias, weights + (INPUTS + UNITS) * GATES, sizeof bias);
}

void first(const float *x, float *y)
{
    step(x);
    __builtin_memcpy(y, h, sizeof h);
}

// Each step takes the next of `samples`, which the state has no use for but which makes it a stream.
void measure(const float *x, int samples, int blocks, int calls, double *times)
{
    int at = 0;
    MEASURE(blocks, calls, times, (step(x + at * INPUTS), at = at + 1 == samples ? 0 : at + 1));
}
