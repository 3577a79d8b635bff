using Stiefel.Client.Verbs;
using Stiefel.Linux.Devices;

namespace Stiefel.Client.Screen;

/// <summary>Whoever sits at this machine's console.</summary>
internal sealed class ConsolePerson : IPerson
{
    private readonly BootScreen _screen;
    private Task<string?>? _line;

    private ConsolePerson(BootScreen screen) => _screen = screen;

    /// <summary>Null if standard input is no terminal: then nobody is asked anything.</summary>
    public static ConsolePerson? IfThere(BootScreen screen) => TypedSecret.IsPossible ? new ConsolePerson(screen) : null;

    public void Tell(string line) => _screen.Say(line);

    public byte[] AskSecret(string question, int limit)
    {
        _screen.EndRedrawn();
        try
        {
            return TypedSecret.Read(question, _screen.Output, limit);
        }
        catch (OperationCanceledException)
        {
            throw new StoppedException();
        }
    }

    /// <summary>Says something, and waits a while for a line of one word in answer, in whatever case.</summary>
    public async Task<bool> AnswersAsync(string saying, string word, TimeSpan patience, CancellationToken cancellationToken)
    {
        // A read of a terminal cannot be taken back: the one that is under way is waited for again next time. It begins before anything is said,
        // since whoever answers at once must be heard.
        _line ??= BeginReadLine();
        _screen.Say(saying);
        if (await Task.WhenAny(_line, Task.Delay(patience, cancellationToken)).ConfigureAwait(false) != _line)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }

        string? typed = await _line.ConfigureAwait(false);
        _line = typed is null ? _line : null;
        if (typed is null)
        {
            await Task.Delay(patience, cancellationToken).ConfigureAwait(false); // the terminal is gone; do not spin
        }

        return string.Equals(typed?.Trim(), word, StringComparison.OrdinalIgnoreCase);
    }

    // What was typed earlier answers no question of ours.
    private static Task<string?> BeginReadLine()
    {
        TypedSecret.ForgetTyped();
        return Task.Factory.StartNew(ReadLine, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    private static string? ReadLine()
    {
        try
        {
            return StandardStreams.Input.ReadLine();
        }
        catch (IOException)
        {
            return null;
        }
    }
}
