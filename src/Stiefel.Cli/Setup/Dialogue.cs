using Stiefel.CommandLine;

namespace Stiefel.Cli.Setup;

/// <summary>The user's answer to a proposed change.</summary>
internal enum Answer
{
    /// <summary>Make the change.</summary>
    Yes,

    /// <summary>Skip this change.</summary>
    Skip,
}

/// <summary>Shows each change, and asks.</summary>
/// <param name="input">The answers, one per line; null to make every change without asking.</param>
/// <param name="output">Receives the changes and questions.</param>
/// <param name="colored">True to use a terminal's colours.</param>
internal sealed class Dialogue(TextReader? input, TextWriter output, bool colored)
{
    private const string Question = "Do this? [y]es, [s]kip, [a]bort: ";

    /// <summary>Shows a change.</summary>
    public void Show(Change change)
    {
        output.WriteLine($"{change.File.Path}: {change.File.Why}");
        output.WriteLine(UnifiedDiff.Of(change, colored));
    }

    /// <summary>Asks whether to make the change that was shown.</summary>
    /// <exception cref="FailedException">The user aborts, or the input ends.</exception>
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
                    throw new FailedException("stopped; the changes made so far stay, and `stiefel setup-server-os --undo` undoes them");
            }
        }

        return Answer.Yes;
    }

    /// <summary>Shows a line.</summary>
    public void Say(string line) => output.WriteLine(line);
}
