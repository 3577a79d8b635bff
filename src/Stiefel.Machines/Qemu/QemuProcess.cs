using System.Collections.Concurrent;
using System.ComponentModel;
using System.Diagnostics;
using Stiefel.Linux.Programs;

namespace Stiefel.Machines.Qemu;

/// <summary>Starts QEMU so that it ends with this process, however that ends.</summary>
public static class QemuProcess
{
    // The kernel sends setpriv's death signal when the *thread* that started the process ends (man 2 PR_SET_PDEATHSIG), so
    // one thread that lives as long as this process starts them all.
    private static readonly BlockingCollection<Action> s_starts = [];

    static QemuProcess() => new Thread(StartAll) { IsBackground = true, Name = "machine starter" }.Start();

    /// <summary>Starts QEMU; its own messages go to <paramref name="log"/>.</summary>
    /// <exception cref="IOException">QEMU is not installed or cannot be started.</exception>
    public static async Task<Process> StartAsync(IReadOnlyList<string> arguments, TextWriter log)
    {
        var start = Describe(arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        var process = await StartAsync(start);
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => Log(log, line.Data);
        process.ErrorDataReceived += (_, line) => Log(log, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Runs QEMU on our terminal until it ends; returns its exit code.</summary>
    /// <exception cref="IOException">QEMU is not installed or cannot be started.</exception>
    public static async Task<int> RunOnTerminalAsync(IReadOnlyList<string> arguments, CancellationToken token)
    {
        using var process = await StartAsync(Describe(arguments));
        try
        {
            await process.WaitForExitAsync(token);
            return process.ExitCode;
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    private static ProcessStartInfo Describe(IReadOnlyList<string> arguments)
    {
        var qemu = ExternalProgram.Find(QemuCommandLine.Program)
            ?? throw new IOException($"{QemuCommandLine.Program} is not installed: install the package qemu-system-x86");
        var setpriv = ExternalProgram.Find("setpriv") ?? throw new IOException("setpriv is not installed: install the package util-linux");
        return new ProcessStartInfo(setpriv, ["--pdeathsig", "KILL", "--", qemu, .. arguments]);
    }

    private static Task<Process> StartAsync(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_starts.Add(() =>
        {
            try
            {
                started.SetResult(Process.Start(start)!);
            }
            catch (Win32Exception error)
            {
                started.SetException(new IOException($"{start.FileName} cannot be started: {error.Message}", error));
            }
        });
        return started.Task;
    }

    private static void StartAll()
    {
        foreach (var start in s_starts.GetConsumingEnumerable())
        {
            start();
        }
    }

    private static void Log(TextWriter log, string? line)
    {
        if (line is not null)
        {
            lock (log)
            {
                log.WriteLine(line);
                log.Flush();
            }
        }
    }
}
