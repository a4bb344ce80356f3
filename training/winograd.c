/* Convolutions of 3x3 by Winograd's F(4x4, 3x3) (Lavin and Gray, "Fast algorithms for convolutional neural networks",
 * 2015), and the slope of a loss by their weights: what a step of training spends its time on, on one thread.
 *
 * Pictures are floats [pictures, height, width, channels], kernels [3, 3, inputs, outputs]; the picture is padded by
 * zeros and keeps its size. Channels on both sides are multiples of 16. Vectors are eight channels, or sixteen where the
 * processor has AVX-512 with its 32 registers.
 */

#include <stdlib.h>

#ifdef __AVX512F__
enum { LANES = 16, ROWS = 12 };
#else
enum { LANES = 8, ROWS = 6 };
#endif

typedef float Vector __attribute__((vector_size(4 * LANES), aligned(4)));

enum {
    TILE = 4,      /* pixels of the result along a side */
    WINDOW = 6,    /* pixels that they are made from */
    POINTS = WINDOW * WINDOW,
    TAPS = 3 * 3,
    PANEL = 16,    /* columns of a product that are summed at once, by ROWS: as many sums as there are registers */
    VECTORS = PANEL / LANES,
    TILES = 36,    /* transformed at once: all points of them and of the kernels lie in the second cache */
};

typedef struct { long pictures, height, width, down, across, count; } Grid;

static Grid grid_of(long pictures, long height, long width)
{
    long down = (height + TILE - 1) / TILE, across = (width + TILE - 1) / TILE;
    return (Grid) { pictures, height, width, down, across, pictures * down * across };
}

typedef void Transform(const Vector *given, Vector *result);

/* B' of Lavin and Gray: six pixels to six points. */
static inline void to_points(const Vector *d, Vector *result)
{
    Vector even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1], even_far = d[4] - d[2], odd_far = 2 * (d[3] - d[1]);
    result[0] = 4 * d[0] - 5 * d[2] + d[4];
    result[1] = even + odd;
    result[2] = even - odd;
    result[3] = even_far + odd_far;
    result[4] = even_far - odd_far;
    result[5] = 4 * d[1] - 5 * d[3] + d[5];
}

/* A': six points to four pixels. */
static inline void to_pixels(const Vector *m, Vector *result)
{
    Vector even = m[1] + m[2], odd = m[1] - m[2], even_far = m[3] + m[4], odd_far = m[3] - m[4];
    result[0] = m[0] + even + even_far;
    result[1] = odd + 2 * odd_far;
    result[2] = even + 4 * even_far;
    result[3] = odd + 8 * odd_far + m[5];
}

/* A: the slopes of four pixels to those of six points. */
static inline void spread(const Vector *y, Vector *result)
{
    Vector even = y[0] + y[2], odd = y[1] + y[3], even_far = y[0] + 4 * y[2], odd_far = 2 * y[1] + 8 * y[3];
    result[0] = y[0];
    result[1] = even + odd;
    result[2] = even - odd;
    result[3] = even_far + odd_far;
    result[4] = even_far - odd_far;
    result[5] = y[3];
}

/* Pointers to the pixels of a square of `side` whose first one is `shift` before the tile's; those that are not in the
 * picture, or of a tile that is not in the grid, are `outside`. */
static void pixels_of(
    const float *picture, const float *outside, Grid grid, long channels, long tile, int side, int shift,
    const float **pixels)
{
    long column = tile % grid.across * TILE - shift, row = tile / grid.across % grid.down * TILE - shift;
    const float *first = picture + tile / grid.across / grid.down * grid.height * grid.width * channels;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            int inside = row + y >= 0 && row + y < grid.height && column + x >= 0 && column + x < grid.width;
            pixels[y * side + x] = tile < grid.count && inside
                ? first + ((row + y) * grid.width + column + x) * channels : outside;
        }
}

/* TILES squares of pixels to points, [POINTS, TILES, channels]: `side` pixels across, the first one `shift` before the
 * tile's. */
static inline __attribute__((always_inline)) void gather(
    Transform transform, int side, int shift, const float *picture, const float *zeros, Grid grid, long channels,
    long first, float *points)
{
    const float *pixels[POINTS];
    Vector half[WINDOW][WINDOW], column[WINDOW], row[WINDOW];
    for (long t = 0; t < TILES; t++) {
        pixels_of(picture, zeros, grid, channels, first + t, side, shift, pixels);
        for (long c = 0; c < channels; c += LANES) {
            for (int x = 0; x < side; x++) {
                for (int y = 0; y < side; y++)
                    column[y] = *(const Vector *)&pixels[y * side + x][c];
                transform(column, row);
                for (int y = 0; y < WINDOW; y++)
                    half[y][x] = row[y];
            }
            for (int y = 0; y < WINDOW; y++) {
                transform(half[y], row);
                for (int x = 0; x < WINDOW; x++)
                    *(Vector *)&points[((y * WINDOW + x) * TILES + t) * channels + c] = row[x];
            }
        }
    }
}

/* Points back to the pixels of TILES tiles, which lie in the picture or in nothing. */
static void scatter(const float *points, const float *bias, float *picture, float *nothing, Grid grid, long channels,
                    long first)
{
    const float *pixels[TILE * TILE];
    Vector half[TILE][WINDOW], column[WINDOW], row[WINDOW];
    for (long t = 0; t < TILES; t++) {
        pixels_of(picture, nothing, grid, channels, first + t, TILE, 0, pixels);
        for (long c = 0; c < channels; c += LANES) {
            for (int x = 0; x < WINDOW; x++) {
                for (int y = 0; y < WINDOW; y++)
                    column[y] = *(const Vector *)&points[((y * WINDOW + x) * TILES + t) * channels + c];
                to_pixels(column, row);
                for (int y = 0; y < TILE; y++)
                    half[y][x] = row[y];
            }
            Vector added = *(const Vector *)&bias[c];
            for (int y = 0; y < TILE; y++) {
                to_pixels(half[y], row);
                for (int x = 0; x < TILE; x++)
                    *(Vector *)&((float *)pixels[y * TILE + x])[c] = row[x] + added;
            }
        }
    }
}

/* Some rows of a product of matrices, ROWS at most, by PANEL columns: what is in `c`, or nothing, plus sums over
 * `depth`. */
static inline __attribute__((always_inline)) void multiply_panel(
    int rows, long depth, const float *a, long a_row, long a_depth, const float *b, float *c, long columns, int add)
{
    Vector sums[ROWS][VECTORS];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < VECTORS; v++)
            sums[r][v] = add ? *(Vector *)&c[r * columns + v * LANES] : (Vector) { 0 };
    for (long d = 0; d < depth; d++)
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < VECTORS; v++)
                sums[r][v] += a[r * a_row + d * a_depth] * *(const Vector *)&b[d * columns + v * LANES];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < VECTORS; v++)
            *(Vector *)&c[r * columns + v * LANES] = sums[r][v];
}

/* c = a b, or c += a b: a is [rows, depth] with any strides, b [depth, columns] and c [rows, columns]. */
static void multiply(
    long rows, long columns, long depth, const float *a, long a_row, long a_depth, const float *b, float *c, int add)
{
    for (long column = 0; column < columns; column += PANEL) {
        long row = 0;
        for (; row + ROWS <= rows; row += ROWS)
            multiply_panel(ROWS, depth, &a[row * a_row], a_row, a_depth, &b[column], &c[row * columns + column],
                           columns, add);
        for (; row < rows; row += 2)
            multiply_panel(2, depth, &a[row * a_row], a_row, a_depth, &b[column], &c[row * columns + column],
                           columns, add);
    }
}

/* G along one side, three values to six. */
static const float KERNEL[WINDOW][3] = {
    { 1 / 4.f, 0, 0 }, { -1 / 6.f, -1 / 6.f, -1 / 6.f }, { -1 / 6.f, 1 / 6.f, -1 / 6.f },
    { 1 / 24.f, 1 / 12.f, 1 / 6.f }, { 1 / 24.f, -1 / 12.f, 1 / 6.f }, { 0, 0, 1 } };

static float weight(int point, int tap)
{
    return KERNEL[point / WINDOW][tap / 3] * KERNEL[point % WINDOW][tap % 3];
}

/* [3, 3, size] to [POINTS, size]. */
static void kernels_to_points(const float *kernels, long size, float *points)
{
    for (int p = 0; p < POINTS; p++)
        for (long i = 0; i < size; i += LANES) {
            Vector sum = { 0 };
            for (int k = 0; k < TAPS; k++)
                sum += weight(p, k) * *(const Vector *)&kernels[k * size + i];
            *(Vector *)&points[p * size + i] = sum;
        }
}

/* The transpose: slopes by the points to slopes by the kernels. */
static void points_to_kernels(const float *points, long size, float *kernels)
{
    for (int k = 0; k < TAPS; k++)
        for (long i = 0; i < size; i += LANES) {
            Vector sum = { 0 };
            for (int p = 0; p < POINTS; p++)
                sum += weight(p, k) * *(const Vector *)&points[p * size + i];
            *(Vector *)&kernels[k * size + i] = sum;
        }
}

/* What is in use at one time, in one piece of memory. */
typedef struct { float *memory, *inputs, *outputs, *kernels, *zeros, *nothing; } Space;

static int allocate(Space *space, long inputs, long outputs)
{
    long most = inputs > outputs ? inputs : outputs;
    long tiles = POINTS * TILES, count = tiles * (inputs + outputs) + POINTS * inputs * outputs + 2 * most;
    space->memory = calloc(count, sizeof(float));
    space->inputs = space->memory;
    space->outputs = space->inputs + tiles * inputs;
    space->kernels = space->outputs + tiles * outputs;
    space->zeros = space->kernels + POINTS * inputs * outputs;
    space->nothing = space->zeros + most;
    return space->memory != NULL;
}

/* Gives 0, or 1 where there is no memory. `bias` may be null. */
int convolve(
    const float *picture, const float *kernels, const float *bias, float *result,
    long pictures, long height, long width, long inputs, long outputs)
{
    Grid grid = grid_of(pictures, height, width);
    Space space;
    if (!allocate(&space, inputs, outputs))
        return 1;
    kernels_to_points(kernels, inputs * outputs, space.kernels);
    for (long first = 0; first < grid.count; first += TILES) {
        gather(to_points, WINDOW, 1, picture, space.zeros, grid, inputs, first, space.inputs);
        for (int p = 0; p < POINTS; p++)
            multiply(TILES, outputs, inputs, space.inputs + p * TILES * inputs, inputs, 1,
                     space.kernels + p * inputs * outputs, space.outputs + p * TILES * outputs, 0);
        scatter(space.outputs, bias ? bias : space.zeros, result, space.nothing, grid, outputs, first);
    }
    free(space.memory);
    return 0;
}

/* The slopes of a loss by the kernels, given those by the result. */
int convolve_kernel_slopes(
    const float *picture, const float *slopes, float *result,
    long pictures, long height, long width, long inputs, long outputs)
{
    Grid grid = grid_of(pictures, height, width);
    Space space;
    if (!allocate(&space, inputs, outputs))
        return 1;
    for (long first = 0; first < grid.count; first += TILES) {
        gather(to_points, WINDOW, 1, picture, space.zeros, grid, inputs, first, space.inputs);
        gather(spread, TILE, 0, slopes, space.zeros, grid, outputs, first, space.outputs);
        for (int p = 0; p < POINTS; p++)
            multiply(inputs, outputs, TILES, space.inputs + p * TILES * inputs, 1, inputs,
                     space.outputs + p * TILES * outputs, space.kernels + p * inputs * outputs, first > 0);
    }
    points_to_kernels(space.kernels, inputs * outputs, result);
    free(space.memory);
    return 0;
}
