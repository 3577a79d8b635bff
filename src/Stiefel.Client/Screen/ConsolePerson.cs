using Microsoft.Win32.SafeHandles;
using Stiefel.Client.Failures;
using Stiefel.Linux.Devices;

namespace Stiefel.Client.Screen;

/// <summary>The person at this machine's console.</summary>
/// <param name="screen">Where they look.</param>
/// <param name="keyboard">What they type on; secrets are read from standard input in any case.</param>
internal sealed class ConsolePerson(BootScreen screen, SafeFileHandle keyboard) : IPerson
{
    private const int StandardInput = 0;

    /// <summary>Null if standard input is no terminal: then nobody is asked anything.</summary>
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

    /// <summary>Says something, and waits a while for a line of one word in answer, in whatever case.</summary>
    public async Task<bool> AnswersAsync(string saying, string word, TimeSpan patience, CancellationToken token)
        => string.Equals((await LineAsync(saying, patience, token))?.Trim(), word, StringComparison.OrdinalIgnoreCase);

    /// <summary>Says something, and waits a while for a line in answer; null if none came.</summary>
    public async Task<string?> LineAsync(string saying, TimeSpan patience, CancellationToken token)
    {
        // What was typed earlier answers another question, perhaps about another desktop. It is forgotten before anything is said, since
        // a person who answers at once must be heard.
        TypedLine.Forget(keyboard);
        screen.Say(saying);
        return await Task.Factory.StartNew(
            () => TypedLine.Read(keyboard, patience, token), token, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }
}
