using System.Text.RegularExpressions;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Consoles;

/// <summary>A root shell on a serial console: one command at a time, with its output and exit code.</summary>
public sealed partial class ConsoleShell
{
    // A terminal in line mode drops what goes beyond (linux N_TTY_BUF_SIZE).
    private const int MaxCommandLength = 3800;

    private readonly SerialConsole _console;
    private readonly string _machine;
    private int _count;

    private ConsoleShell(string machine, SerialConsole console) => (_machine, _console) = (machine, console);

    /// <summary>The line that asked who logs in, as it stood on the console; empty if nobody was asked.</summary>
    public string LoginPrompt { get; private init; } = "";

    /// <summary>Logs in at a `login:` prompt that is there or will come.</summary>
    public static async Task<ConsoleShell> LogInAsync(
        string machine, SerialConsole console, string user, string password, TimeSpan limit, CancellationToken token)
    {
        var prompt = await console.WaitForAsync(LoginQuestion(), limit, token);
        await console.SendLineAsync(user, token);
        await console.WaitForAsync("Password:", TimeLimits.Command, token);
        await console.SendLineAsync(password, token);
        var answer = await console.WaitForAsync(PromptOrRefusal(), TimeLimits.Command, token);
        if (answer.Groups["refusal"].Success)
        {
            throw new MachineException($"{machine}: does not let {user} log in");
        }

        await SilenceAsync(console, token);
        return new ConsoleShell(machine, console) { LoginPrompt = prompt.Value.Trim() };
    }

    /// <summary>Takes over a shell that stands at its prompt.</summary>
    public static async Task<ConsoleShell> OverPromptAsync(string machine, SerialConsole console, CancellationToken token)
    {
        await SilenceAsync(console, token);
        return new ConsoleShell(machine, console);
    }

    /// <summary>Runs a command line of the shell.</summary>
    /// <exception cref="MachineException">It is not done in time.</exception>
    public async Task<ConsoleOutput> TryRunAsync(string command, CancellationToken token, TimeSpan? limit = null)
    {
        await StartAsync(command, token);
        return await FinishAsync(limit ?? TimeLimits.Command, token);
    }

    /// <summary>Runs a command line that must succeed, and returns what it printed.</summary>
    /// <exception cref="MachineException">It is not done in time, or fails.</exception>
    public async Task<string> RunAsync(string command, CancellationToken token, TimeSpan? limit = null)
    {
        var output = await TryRunAsync(command, token, limit);
        return output.ExitCode == 0
            ? output.Text
            : throw new MachineException($"{_machine}: `{command}` failed with exit code {output.ExitCode}: {output.Text}");
    }

    /// <summary>Starts a command without waiting for it; <see cref="FinishAsync"/> must follow before the next one.</summary>
    public async Task StartAsync(string command, CancellationToken token)
    {
        if (command.Length > MaxCommandLength)
        {
            throw new ArgumentException($"a command of {command.Length} characters does not fit into the terminal's line", nameof(command));
        }

        _count++;
        // No input: a command that read it would take what is typed next.
        await _console.SendLineAsync($"echo '<begin-{_count}>'; {{ {command}\n}} </dev/null; echo \"<end-{_count}:$?>\"", token);
    }

    /// <summary>Waits for the command that was started.</summary>
    /// <exception cref="MachineException">It is not done in time.</exception>
    public async Task<ConsoleOutput> FinishAsync(TimeSpan limit, CancellationToken token)
    {
        var whole = new Regex($@"<begin-{_count}>\n(?<text>[\s\S]*?)<end-{_count}:(?<code>\d+)>\n");
        var match = await _console.WaitForAsync(whole, limit, token);
        return new ConsoleOutput(match.Groups["text"].Value.TrimEnd('\n'), int.Parse(match.Groups["code"].Value));
    }

    private static async Task SilenceAsync(SerialConsole console, CancellationToken token)
    {
        // A plain sh without echo: what the console prints from here on is output only.
        await console.SendLineAsync("exec sh", token);
        await console.SendLineAsync("stty -echo; PS1= PS2=; echo ready-$((6*7))", token);
        await console.WaitForAsync("ready-42\n", TimeLimits.Command, token);
    }

    [GeneratedRegex(@"[^\n]*login: ?$")]
    private static partial Regex LoginQuestion();

    [GeneratedRegex(@"(?<refusal>Login incorrect)|[#$] $")]
    private static partial Regex PromptOrRefusal();
}
