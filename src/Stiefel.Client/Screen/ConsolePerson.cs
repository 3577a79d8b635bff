using Microsoft.Win32.SafeHandles;
using Stiefel.Client.Failures;
using Stiefel.Linux.Devices;

namespace Stiefel.Client.Screen;

/// <summary>The person at this machine's console.</summary>
/// <param name="screen">The screen that shows the questions.</param>
/// <param name="keyboard">The terminal from which answers are read. Secrets are always read from standard input.</param>
internal sealed class ConsolePerson(BootScreen screen, SafeFileHandle keyboard) : IPerson
{
    private const int StandardInput = 0;

    /// <summary>Returns the person at the console; null if standard input is not a terminal, so that nothing can be asked.</summary>
    public static ConsolePerson? IfThere(BootScreen screen) =>
        TypedSecret.IsPossible ? new ConsolePerson(screen, new SafeFileHandle(StandardInput, ownsHandle: false)) : null;

    public void Tell(string line) => screen.Say(line);

    public byte[] AskSecret(string question, int limit)
    {
        screen.EndRedrawn();
        try
        {
            return TypedSecret.Read(question, screen.Output, limit);
        }
        catch (OperationCanceledException)
        {
            throw new StoppedException();
        }
    }

    /// <summary>Writes a line, and waits a while for this word in answer, in upper or lower case; false if it did not come.</summary>
    public async Task<bool> AnswersAsync(string saying, string word, TimeSpan patience, CancellationToken token)
        => string.Equals((await LineAsync(saying, patience, token))?.Trim(), word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes a line, and waits a while for a line in answer; null if none came.</summary>
    public async Task<string?> LineAsync(string saying, TimeSpan patience, CancellationToken token)
    {
        // Discard what was typed earlier: it answers another question, perhaps about another desktop. Do it before the question appears, so that
        // a quick answer is not lost.
        TypedLine.Forget(keyboard);
        screen.Say(saying);
        return await Task.Factory.StartNew(
            () => TypedLine.Read(keyboard, patience, token), token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
