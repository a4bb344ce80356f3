namespace Enlarger.Imaging;

/// <summary>Writes a picture at the highest quality at which its file has no more than a number of bytes.</summary>
internal sealed class QualitySearch(
    PixelLayout layout, ImageMetadata metadata, WriteOptions options, long bytesMax, CancellationToken cancel)
{
    private const int QualityMin = 1;

    /// <summary>
    /// Pulls the rows once, and encodes them as often as the search needs: they wait in a temporary file meanwhile.
    /// </summary>
    /// <exception cref="ImageException">Even the lowest quality makes a larger file.</exception>
    public WrittenFile Write(RowSource rows, Stream target)
    {
        if (!options.Format.HasQuality())
        {
            return WriteOnce(rows, target);
        }

        using var samples = ScratchFile.Create();
        var (best, trial) = (ScratchFile.Create(), ScratchFile.Create());
        try
        {
            var quality = options.Quality ?? options.Format.QualityDefault();
            var losses = ImageWriter.Write(
                layout, metadata, Kept, best, options with { Quality = quality }, cancel);
            int? found = best.Length <= bytesMax ? quality : null;
            var (low, high) = found is null ? (QualityMin, quality - 1) : (1, 0);
            while (low <= high)
            {
                quality = (low + high) / 2;
                if (Fits(quality, samples, trial))
                {
                    (best, trial) = (trial, best);
                    (found, low) = (quality, quality + 1);
                }
                else
                {
                    high = quality - 1;
                }
            }

            if (found is null)
            {
                throw new ImageException(
                    ImageFault.TooLarge,
                    $"{layout.Width}x{layout.Height} pixels of this picture do not fit in {bytesMax} bytes as "
                    + $"{options.Format.DisplayName()}, not even at quality {QualityMin}.");
            }

            best.Position = 0;
            best.CopyTo(target);
            return new WrittenFile(found, [.. losses, $"At quality {found}, the file has at most {bytesMax} bytes."]);
        }
        finally
        {
            best.Dispose();
            trial.Dispose();
        }

        void Kept(int y, Span<byte> row)
        {
            rows(y, row);
            samples.Write(row);
        }
    }

    private WrittenFile WriteOnce(RowSource rows, Stream target)
    {
        try
        {
            var losses = ImageWriter.Write(
                layout, metadata, rows, new BoundedStream(target, bytesMax), options, cancel);
            return new WrittenFile(Quality: null, losses);
        }
        catch (BoundReachedException)
        {
            throw new ImageException(
                ImageFault.TooLarge,
                $"The {options.Format.DisplayName()} file would have more than {bytesMax} bytes, and it has no quality "
                + "that could be lowered; JPEG, WebP and AVIF have one.");
        }
    }

    private bool Fits(int quality, FileStream samples, FileStream trial)
    {
        samples.Position = 0;
        trial.SetLength(0);
        try
        {
            ImageWriter.Write(
                layout,
                metadata,
                (_, row) => samples.ReadExactly(row),
                new BoundedStream(trial, bytesMax),
                options with { Quality = quality },
                cancel);
            return true;
        }
        catch (BoundReachedException)
        {
            return false;
        }
    }

    private sealed class BoundReachedException : Exception;

    // Ends an encoding as soon as it is known to be in vain.
    private sealed class BoundedStream(Stream target, long bytesMax) : WriteOnlyStream(target)
    {
        private long _count;

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            _count += buffer.Length;
            if (_count > bytesMax)
            {
                throw new BoundReachedException();
            }

            Target.Write(buffer);
        }
    }
}

/// <summary>What became of a picture when it was written.</summary>
/// <param name="Quality">The quality of the file; null where its format has none.</param>
/// <param name="Notes">What the user should know, one sentence each.</param>
internal sealed record WrittenFile(int? Quality, IReadOnlyList<string> Notes);
