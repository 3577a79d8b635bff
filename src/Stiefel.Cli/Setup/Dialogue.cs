using Stiefel.CommandLine;

namespace Stiefel.Cli.Setup;

/// <summary>What a person says to a change.</summary>
internal enum Answer
{
    /// <summary>Do it.</summary>
    Yes,

    /// <summary>Leave this one out.</summary>
    Skip,
}

/// <summary>Shows each change, and asks.</summary>
/// <param name="input">Answers, a line each; null: yes to everything.</param>
/// <param name="output">Where it is shown.</param>
/// <param name="colored">With a terminal's colours.</param>
internal sealed class Dialogue(TextReader? input, TextWriter output, bool colored)
{
    private const string Question = "Do this? [y]es, [s]kip, [a]bort: ";

    /// <summary>Shows it.</summary>
    public void Show(Change change)
    {
        output.WriteLine($"{change.File.Path}: {change.File.Why}");
        output.WriteLine(UnifiedDiff.Of(change, colored));
    }

    /// <summary>Asks about it.</summary>
    /// <exception cref="FailedException">It is to end here, or nobody answers.</exception>
    public Answer Ask()
    {
        while (input is not null)
        {
            output.Write(Question);
            output.Flush();
            switch (input.ReadLine()?.Trim().ToLowerInvariant())
            {
                case "y" or "yes":
                    return Answer.Yes;
                case "s" or "skip":
                    return Answer.Skip;
                case "a" or "abort" or null:
                    throw new FailedException("stopped; what was done so far stays, and `stiefel setup-server-os --undo` takes it back");
            }
        }

        return Answer.Yes;
    }

    /// <summary>A line.</summary>
    public void Say(string line) => output.WriteLine(line);
}
