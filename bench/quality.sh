#!/usr/bin/env bash
# Measures how good the models are, as the papers on super-resolution do, and writes docs/quality.md.
#
#   bench/quality.sh FOLDER [MODEL...]
#
# FOLDER holds Set5 and Set14 with the original pictures as PNG; they are not part of this repository. Each picture is
# reduced, enlarged again and compared with what it was, by the commands of Enlarger and nothing else.
set -euo pipefail

folder="${1:?usage: bench/quality.sh FOLDER [MODEL...]}"
shift
models=("$@")
[ $# -gt 0 ] || models=(bicubic photo photo-fast)
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
enlarger="$root/enlarger"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

# Prints "PSNR SSIM", the means over the pictures of a set.
measure() {
    local set="$1" scale="$2" model="$3" pairs="$work/$1-$2"
    if [ ! -d "$pairs" ]; then
        mkdir "$pairs" "$pairs/small" "$pairs/reference"
        for original in "$folder/$set"/*.png; do
            "$enlarger" reduce "$original" -s "$scale" -o "$pairs/small/$(basename "$original")" \
                --crop-output "$pairs/reference/$(basename "$original")" > /dev/null
        done
    fi
    "$enlarger" upscale "$pairs/small" -o "$pairs/$model" -s "$scale" -m "$model" --quiet > /dev/null
    for reference in "$pairs/reference"/*.png; do
        "$enlarger" compare "$reference" "$pairs/$model/$(basename "$reference")" --crop "$scale" --json
    done | sed -E 's/.*"psnr_y":([0-9.]+),"ssim_y":([0-9.]+).*/\1 \2/' |
        awk '{ psnr += $1; ssim += $2 } END { printf "%.2f %.4f", psnr / NR, ssim / NR }'
}

{
    cat << 'TEXT'
# Quality

Made by `bench/quality.sh FOLDER`, where FOLDER holds Set5 and Set14; do not edit. PSNR in decibels / SSIM, on luma,
means over the pictures of a set; more is better for both. As in the papers: the picture is cropped to a multiple of the
scale, reduced with the bicubic kernel of MATLAB's imresize, rounded to 8 bit, enlarged, rounded again, and compared
without a border as wide as the scale.

TEXT
    printf '| model |'
    printf ' %s |' 'Set5 2x' 'Set5 4x' 'Set14 2x' 'Set14 4x'
    printf '\n|---|---|---|---|---|\n'
    for model in "${models[@]}"; do
        printf '| %s |' "$(basename "$model" .onnx)"
        for set in Set5 Set14; do
            for scale in 2 4; do
                figures="$(measure "$set" "$scale" "$model")"
                printf ' %s |' "${figures/ / \/ }"
            done
        done
        printf '\n'
    done
} > "$work/quality.md"
mkdir -p "$root/docs"
mv "$work/quality.md" "$root/docs/quality.md"
echo "$root/docs/quality.md"
