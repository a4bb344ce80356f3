namespace Enlarger;

/// <summary>How a picture fills a size whose sides are in another proportion than its own.</summary>
public enum SizeFit
{
    /// <summary>Exactly the size: the picture is stretched or squeezed.</summary>
    Fill,

    /// <summary>The largest size within it that keeps the proportions: one side is exact, the other not more.</summary>
    Contain,

    /// <summary>
    /// Exactly the size, with the proportions kept: the picture covers all of it, and what stands out on two opposite
    /// sides is cut off in equal parts.
    /// </summary>
    Cover,
}
