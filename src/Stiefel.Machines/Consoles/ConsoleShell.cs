using System.Text.RegularExpressions;
using Stiefel.Machines.Runs;

namespace Stiefel.Machines.Consoles;

/// <summary>A root shell on a serial console, which runs one command at a time and returns its output and exit code.</summary>
public sealed partial class ConsoleShell
{
    // A terminal in line mode drops characters beyond its buffer (linux N_TTY_BUF_SIZE).
    private const int MaxCommandLength = 3800;

    // The kernel prints its messages, each with its line feed, between any two characters of a program.
    private const string KernelMessage = @"(?:\[ *\d+\.\d+\] [^\n]*\n)*";

    private readonly SerialConsole _console;
    private readonly string _machine;
    private int _count;

    private ConsoleShell(string machine, SerialConsole console) => (_machine, _console) = (machine, console);

    /// <summary>The login prompt as it stood on the console; empty if there was none.</summary>
    public string LoginPrompt { get; private init; } = "";

    /// <summary>Waits for a `login:` prompt, if it is not there yet, and logs in.</summary>
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
            throw new MachineException($"{machine}: the system refuses the login of {user}");
        }

        await SilenceAsync(console, token);
        return new ConsoleShell(machine, console) { LoginPrompt = prompt.Value.Trim() };
    }

    /// <summary>Takes over a shell that is at its prompt.</summary>
    public static async Task<ConsoleShell> OverPromptAsync(string machine, SerialConsole console, CancellationToken token)
    {
        await SilenceAsync(console, token);
        return new ConsoleShell(machine, console);
    }

    /// <summary>Runs a command line of the shell.</summary>
    /// <exception cref="MachineException">The command does not finish in time.</exception>
    public async Task<ConsoleOutput> TryRunAsync(string command, CancellationToken token, TimeSpan? limit = null)
    {
        await StartAsync(command, token);
        return await FinishAsync(limit ?? TimeLimits.Command, token);
    }

    /// <summary>Runs a command line that must succeed, and returns its output.</summary>
    /// <exception cref="MachineException">The command fails, or does not finish in time.</exception>
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
        // Give the command no input, or it could read what is typed next.
        await _console.SendLineAsync($"echo '<begin-{_count}>'; {{ {command}\n}} </dev/null; echo \"<end-{_count}:$?>\"", token);
    }

    /// <summary>Waits for the command that was started with <see cref="StartAsync"/>.</summary>
    /// <exception cref="MachineException">The command does not finish in time.</exception>
    public async Task<ConsoleOutput> FinishAsync(TimeSpan limit, CancellationToken token)
    {
        var whole = new Regex($@"{Torn($"<begin-{_count}>\n")}(?<text>[\s\S]*?){Torn($"<end-{_count}:")}{KernelMessage}(?:(?<digit>\d){KernelMessage})+{Torn(">\n")}");
        var match = await _console.WaitForAsync(whole, limit, token, $"<end-{_count}:…>");
        return new ConsoleOutput(match.Groups["text"].Value.TrimEnd('\n'), int.Parse(string.Concat(match.Groups["digit"].Captures)));
    }

    private static string Torn(string marker) => string.Join(KernelMessage, marker.Select(letter => Regex.Escape(letter.ToString())));

    private static async Task SilenceAsync(SerialConsole console, CancellationToken token)
    {
        // Start a plain sh without echo, so that the console prints only output from here on.
        await console.SendLineAsync("exec sh", token);
        await console.SendLineAsync("stty -echo; PS1= PS2=; echo ready-$((6*7))", token);
        await console.WaitForAsync("ready-42\n", TimeLimits.Command, token);
    }

    [GeneratedRegex(@"[^\n]*login: ?$")]
    private static partial Regex LoginQuestion();

    [GeneratedRegex(@"(?<refusal>Login incorrect)|[#$] $")]
    private static partial Regex PromptOrRefusal();
}
