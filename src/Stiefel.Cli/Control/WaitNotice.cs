namespace Stiefel.Cli.Control;

/// <summary>For requests that may take long: a line that says what is waited for.</summary>
internal static class WaitNotice
{
    /// <summary>So long nobody wonders.</summary>
    public static readonly TimeSpan After = TimeSpan.FromSeconds(2);

    /// <summary>The answer; if it takes a while, one line is written meanwhile.</summary>
    /// <param name="answer">What is waited for.</param>
    /// <param name="why">The line.</param>
    /// <param name="output">Where it goes.</param>
    public static async Task<string> TellAsync(Task<string> answer, string why, TextWriter output)
    {
        if (await Task.WhenAny(answer, Task.Delay(After)) != answer)
        {
            await output.WriteLineAsync(why);
        }

        return await answer;
    }
}
