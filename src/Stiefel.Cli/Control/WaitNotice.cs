namespace Stiefel.Cli.Control;

/// <summary>Tells the user what a slow request is waiting for.</summary>
internal static class WaitNotice
{
    /// <summary>How long a request may take before the user is told.</summary>
    public static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    /// <summary>Awaits an answer, and writes one line if it takes longer than <see cref="After"/>.</summary>
    /// <param name="answer">The answer to wait for.</param>
    /// <param name="why">The line to write.</param>
    /// <param name="output">Receives the line.</param>
    public static async Task<string> TellAsync(Task<string> answer, string why, TextWriter output)
    {
        if (await Task.WhenAny(answer, Task.Delay(After)) != answer)
        {
            await output.WriteLineAsync(why);
        }

        return await answer;
    }
}
