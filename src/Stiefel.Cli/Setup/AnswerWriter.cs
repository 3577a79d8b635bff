using Stiefel.Cli.Laptop;
using Stiefel.CommandLine;

namespace Stiefel.Cli.Setup;

/// <summary>Changes single answers in debconf's database, which packages change as well, and nothing else in it.</summary>
internal sealed class AnswerWriter(LaptopTree tree)
{
    private readonly TreeWriter _writer = new(tree);

    /// <summary>Changes one answer, if the database still has the question.</summary>
    /// <param name="question">The question's name.</param>
    /// <param name="answer">The answer; null for the question's default.</param>
    /// <exception cref="FailedException">Another program has the database open.</exception>
    public void Write(string question, string? answer)
    {
        if (tree.OnDisk(DebconfAnswers.Path) is not { } place || !File.Exists(place))
        {
            return;
        }

        // Read it again: its content may have changed while the user was asked.
        using var held = Hold(place);
        if (DebconfAnswers.Read(tree) is { } present && DebconfAnswers.With(present, question, answer) is { } changed)
        {
            _writer.Write(new PlannedFile(DebconfAnswers.Path, "") { Content = changed, Mode = _writer.ModeOf(DebconfAnswers.Path) });
        }
    }

    // This takes the same lock as debconf, which writes all that it has read when it ends (man 2 flock).
    private static FileStream Hold(string place)
    {
        try
        {
            return new FileStream(place, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new FailedException($"{DebconfAnswers.Path} is in use: packages are being installed or configured; wait until that has ended, then run this again", error);
        }
    }
}
