using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;

namespace Stiefel.Linux.Programs;

/// <summary>Runs other programs, without a shell or terminal; an error names the command and quotes its last lines of output.</summary>
public static class ExternalProgram
{
    /// <summary>Longest text kept of each output stream by default, in characters; the rest is read and dropped.</summary>
    public const int MaxTextLength = 16 * 1024 * 1024;

    /// <summary>Runs a program to its end.</summary>
    /// <param name="name">A path, or a name looked up in PATH.</param>
    /// <param name="arguments">Passed as they are; nothing is split or expanded.</param>
    /// <param name="options">Input, environment, time limit and so on.</param>
    /// <exception cref="ExternalProgramException">The program was not found, failed, or took too long.</exception>
    public static ExternalProgramOutput Run(string name, IReadOnlyList<string> arguments, ExternalProgramOptions? options = null)
        => RunAsync(name, arguments, options).GetAwaiter().GetResult();

    /// <inheritdoc cref="Run"/>
    /// <param name="token">Kills the program and its children.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled; the program has been killed.</exception>
    public static async Task<ExternalProgramOutput> RunAsync(
        string name, IReadOnlyList<string> arguments, ExternalProgramOptions? options = null, CancellationToken token = default)
    {
        options ??= new ExternalProgramOptions();
        var command = CommandLine(name, arguments);
        using var process = Start(name, arguments, options, command);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(token);
        if (options.Timeout is { } timeout)
        {
            limit.CancelAfter(timeout);
        }

        var errors = new StringBuilder();
        var text = new StringBuilder();
        try
        {
            await Task.WhenAll(
                FeedAsync(process, options.Input, limit.Token),
                options.OutputDestination is { } destination
                    ? process.StandardOutput.BaseStream.CopyToAsync(destination, limit.Token)
                    : CollectAsync(process.StandardOutput, text, options),
                CollectAsync(process.StandardError, errors, options),
                process.WaitForExitAsync(limit.Token)).WaitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!token.IsCancellationRequested)
        {
            throw new ExternalProgramException(command, null, $"not finished after {options.Timeout!.Value.TotalSeconds:0.#} s, so it was killed", Snapshot(errors));
        }
        finally
        {
            Kill(process);
        }

        return process.ExitCode == 0 || options.AcceptedExitCodes.Contains(process.ExitCode)
            ? new ExternalProgramOutput(text.ToString(), errors.ToString(), process.ExitCode)
            : throw new ExternalProgramException(command, process.ExitCode, $"exit code {process.ExitCode}", errors.ToString());
    }

    /// <summary>The path of a program; null if it is not found. The system directories are searched besides PATH, because a user's PATH often lacks them.</summary>
    public static string? Find(string name)
    {
        if (name.Contains('/', StringComparison.Ordinal))
        {
            return File.Exists(name) ? name : null;
        }

        var path = (Environment.GetEnvironmentVariable("PATH") ?? "") + ":/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        return path.Split(':', StringSplitOptions.RemoveEmptyEntries).Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
    }

    /// <summary>Tells a person how to get a program that <see cref="Find"/> does not find.</summary>
    public static string WhyMissing(string name) =>
        DebianPackage.Of(name) is { } package ? $"not installed: `apt install {package}` on Debian and Ubuntu" : "no such program is installed";

    private static Process Start(string name, IReadOnlyList<string> arguments, ExternalProgramOptions options, string command)
    {
        var path = Find(name);
        if (path is null)
        {
            throw new ExternalProgramException(command, null, WhyMissing(name), "");
        }

        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = options.WorkingDirectory ?? "",
        };
        foreach ((var variable, var value) in options.Environment ?? new Dictionary<string, string?>())
        {
            start.Environment[variable] = value;
        }

        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception error)
        {
            throw new ExternalProgramException(command, null, error.Message, "", error);
        }
    }

    private static async Task FeedAsync(Process process, Stream? input, CancellationToken token)
    {
        var pipe = process.StandardInput.BaseStream;
        // Pin the buffer: if the garbage collector moved it, it would leave a copy that is not overwritten.
        var buffer = input is null ? [] : GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);
        int length;
        try
        {
            while (input is not null && (length = await input.ReadAsync(buffer, token)) > 0)
            {
                try
                {
                    await pipe.WriteAsync(buffer.AsMemory(0, length), token);
                }
                catch (IOException)
                {
                    // A program need not read all of its input (EPIPE); its exit code tells whether that was an error.
                    break;
                }
            }
        }
        finally
        {
            CryptographicOperations.ZeroMemory(buffer); // the input may have been a passphrase
        }

        await pipe.DisposeAsync();
    }

    private static async Task CollectAsync(StreamReader reader, StringBuilder text, ExternalProgramOptions options)
    {
        while (await reader.ReadLineAsync(CancellationToken.None) is { } line)
        {
            options.OnOutputLine?.Invoke(line);
            lock (text)
            {
                if (text.Length + line.Length < options.MostText)
                {
                    text.Append(line).Append('\n');
                }
            }
        }
    }

    private static string Snapshot(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
                process.WaitForExit();
            }
        }
        catch (InvalidOperationException)
        {
            // The program ended just before the kill.
        }
    }

    private static string CommandLine(string name, IReadOnlyList<string> arguments)
        => string.Join(' ', arguments.Prepend(name).Select(word => word.Length == 0 || word.Any(char.IsWhiteSpace) ? $"'{word}'" : word));
}
