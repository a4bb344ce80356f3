namespace Enlarger.Server.Commands;

/// <summary>Tells, before anything is written, whether one file would take the place of another.</summary>
internal static class Collisions
{
    /// <param name="files">What is read, and where the result of it goes.</param>
    /// <param name="otherInputs">
    /// Whether a result must not take the place of the input of another one, either. Where files that are there are not
    /// replaced, that can be left to whoever writes it.
    /// </param>
    /// <param name="command">The command that the files were given to.</param>
    /// <exception cref="UsageException">A result would replace an input or another result.</exception>
    public static void Refuse(IReadOnlyList<(string Input, string Output)> files, bool otherInputs, string command)
    {
        var paths = new RealPaths();
        var inputs = files.SelectMany(file => Places(paths, file.Input)).ToHashSet(InputFiles.FileNames);
        var outputs = new Dictionary<string, string>(InputFiles.FileNames);
        foreach (var (input, output) in files)
        {
            // A link at the output is itself replaced, and not what it leads to.
            var place = paths.Place(output);
            if (Places(paths, input).Contains(place, InputFiles.FileNames))
            {
                throw new UsageException(
                    $"{input} would be overwritten by its own result; choose another -o.", command);
            }

            if (otherInputs && inputs.Contains(place))
            {
                throw new UsageException(
                    $"{output} is an input, and would be overwritten by the result of {input}.", command);
            }

            if (!outputs.TryAdd(place, input))
            {
                throw new UsageException(
                    outputs[place] == input
                        ? $"Two results of {input} would be written to {output}."
                        : $"{outputs[place]} and {input} would both be written to {output}.",
                    command);
            }
        }
    }

    // What a path names, and what is read when it is opened.
    private static string[] Places(RealPaths paths, string input) => [paths.Place(input), paths.Target(input)];
}
