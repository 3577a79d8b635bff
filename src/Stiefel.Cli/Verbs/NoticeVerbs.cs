using System.CommandLine;
using Stiefel.Cli.People;
using Stiefel.CommandLine;
using Stiefel.Linux.Programs;

namespace Stiefel.Cli.Verbs;

/// <summary>`stiefel notice` and `stiefel not-now`: how people at this laptop learn that it is about to leave its system, and keep it.</summary>
internal static class NoticeVerbs
{
    public static Command BuildNotice()
    {
        var command = new Command("notice", "Show in this session that the laptop is about to leave its system, with a button to prevent it; set-up's unit runs this when it happens");
        command.SetAction((parsed, token) => ShowAsync(NoticeLines.Path, new DesktopNotification(ExternalProgram.RunAsync), parsed.InvocationConfiguration.Output, token));
        return command.WithExamples("stiefel notice");
    }

    public static Command BuildNotNow()
    {
        var json = JsonLine.Option();
        var command = new Command("not-now", "Keep this laptop in its own system although a desktop called: for people who sit at it, during the warning") { json };
        command.SetAction((parsed, token) => RefuseAsync(NoticeLines.Path, parsed.InvocationConfiguration.Output, token, parsed.GetValue(json)));
        return command.WithExamples("stiefel not-now");
    }

    /// <summary>Shows the warning until the laptop has decided. Ends without a word where there is none, and for people who are not asked.</summary>
    internal static async Task ShowAsync(string path, DesktopNotification notification, TextWriter output, CancellationToken token)
    {
        using var laptop = await PersonsSide.ConnectAsync(path, token);
        if (laptop is null || await laptop.ReadAsync(token) is not { Word: NoticeLines.Warning } first)
        {
            return;
        }

        var (seconds, text) = PersonsSide.Warning(first.Text);
        await output.WriteLineAsync($"stiefel: {text}: everything will be closed in {seconds} s (to prevent that: stiefel not-now)");
        using var decided = CancellationTokenSource.CreateLinkedTokenSource(token);
        var asking = AskAsync(laptop, notification, text, seconds, output, decided.Token);
        if (await laptop.ReadAsync(token) is { } last)
        {
            await output.WriteLineAsync($"stiefel: {Say(last)}");
        }

        await decided.CancelAsync();
        await asking;
    }

    /// <summary>Refuses for the person who runs this.</summary>
    internal static async Task RefuseAsync(string path, TextWriter output, CancellationToken token, bool isJson = false)
    {
        using var laptop = await PersonsSide.ConnectAsync(path, token) ?? throw new FailedException("this laptop is not about to leave its system: there is nothing to refuse");
        var first = await laptop.ReadAsync(token);
        if (first is { Word: NoticeLines.Warning })
        {
            await laptop.RefuseAsync(token);
            first = await laptop.ReadAsync(token);
        }

        switch (first)
        {
            case { Word: NoticeLines.Stays } stays:
                await output.WriteLineAsync(isJson ? JsonLine.Of(("stays", true), ("because", stays.Text)) : $"stiefel: {Say(stays)}");
                return;
            case { Word: NoticeLines.Refused } refused:
                throw new RefusedException($"{refused.Text}; this laptop leaves unless one of them refuses");
            default:
                throw new FailedException("it is too late: this laptop is leaving its system");
        }
    }

    private static string Say((string Word, string Text) last) =>
        last.Word == NoticeLines.Stays ? $"this laptop stays: {last.Text}" : "this laptop leaves its system";

    private static async Task AskAsync(PersonsSide laptop, DesktopNotification notification, string text, int seconds, TextWriter output, CancellationToken token)
    {
        try
        {
            if (await notification.AskAsync($"{text}: everything will be closed in {seconds} s", TimeSpan.FromSeconds(seconds), token))
            {
                await laptop.RefuseAsync(token);
            }
        }
        catch (ExternalProgramException error)
        {
            await output.WriteLineAsync($"stiefel: no notification can be shown here: {error.Message}");
        }
        catch (OperationCanceledException)
        {
            // The laptop has decided.
        }
    }
}
