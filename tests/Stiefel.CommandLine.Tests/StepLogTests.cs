namespace Stiefel.CommandLine.Tests;

public class StepLogTests
{
    [Fact]
    public void Step_WithANote_IsALineTheNoteAndTheTimeItTook()
    {
        using var text = new StringWriter();
        var log = new StepLog(text);
        using (log.Begin("pack"))
        {
            log.Note("38.9 MiB");
        }

        Assert.Matches(@"^‣ pack\n    38\.9 MiB\n    \d+\.\d s\n$", text.ToString());
    }
}
