using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Stiefel.EndToEnd.Native;

/// <summary>A running published executable: its output lines, its peak memory, and its end.</summary>
internal sealed class NativeProcess : IDisposable
{
    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();
    private readonly Thread _memoryWatch;
    private long _peakResidentKiB;

    private NativeProcess(Process process)
    {
        _process = process;
        process.OutputDataReceived += (_, e) => Keep(e.Data);
        process.ErrorDataReceived += (_, e) => Keep(e.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _memoryWatch = new Thread(WatchMemory) { IsBackground = true };
        _memoryWatch.Start();
    }

    /// <summary>The directory to which eng/build.sh publishes.</summary>
    public static string BinaryDirectory { get; } = FindBinaryDirectory();

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output => string.Join('\n', _lines);

    /// <summary>The highest resident set seen, in bytes (VmHWM, which only rises, read every 10 ms).</summary>
    public long PeakResident => Interlocked.Read(ref _peakResidentKiB) * 1024;

    public static string Binary(string name) => Path.Combine(BinaryDirectory, name);

    public static NativeProcess Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (!arguments.Contains("--State:Keeper"))
        {
            // Start servers without a keeper, so that a killed server leaves no process behind.
            start.Environment["STIEFEL_State__Keeper"] = "none";
        }

        return new NativeProcess(new Process { StartInfo = start });
    }

    /// <summary>Runs a program to its end and fails the test if the exit code is not the expected one.</summary>
    public static string Run(int expectedExitCode, string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var code = process.WaitForExit(TimeSpan.FromMinutes(3));
        Assert.True(code == expectedExitCode, $"{program} {string.Join(' ', arguments)}: exit {code}, not {expectedExitCode}\n{process.Output}");
        return process.Output;
    }

    public int WaitForExit(TimeSpan limit)
    {
        limit *= TimeLimit.Scale;
        if (!_process.WaitForExit(limit))
        {
            _process.Kill();
            Assert.Fail($"{_process.StartInfo.FileName} did not end within {limit}:\n{Output}");
        }

        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <summary>Waits for a line that contains the text.</summary>
    public string WaitForLine(string text, TimeSpan limit)
    {
        limit *= TimeLimit.Scale;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < limit)
        {
            if (_lines.FirstOrDefault(l => l.Contains(text, StringComparison.Ordinal)) is { } line)
            {
                return line;
            }

            Assert.False(_process.HasExited, $"ended (exit code {(_process.HasExited ? _process.ExitCode : 0)}) before saying '{text}':\n{Output}");
            Thread.Sleep(5);
        }

        Assert.Fail($"did not say '{text}' within {limit}:\n{Output}");
        return "";
    }

    /// <summary>Kills it as a crash would (SIGKILL); returns when it is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _memoryWatch.Join();
        _process.Dispose();
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _lines.Enqueue(line);
        }
    }

    private void WatchMemory()
    {
        try
        {
            while (!_process.HasExited)
            {
                foreach (var line in File.ReadLines($"/proc/{_process.Id}/status"))
                {
                    if (line.StartsWith("VmHWM:", StringComparison.Ordinal))
                    {
                        var kib = long.Parse(line["VmHWM:".Length..^2].Trim(), CultureInfo.InvariantCulture);
                        Interlocked.Exchange(ref _peakResidentKiB, Math.Max(kib, _peakResidentKiB));
                    }
                }

                Thread.Sleep(10);
            }
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // The process ended between the check and the read.
        }
    }

    private static string FindBinaryDirectory()
    {
        if (Environment.GetEnvironmentVariable("STIEFEL_BIN") is { Length: > 0 } given)
        {
            return given;
        }

        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Stiefel.sln")))
            {
                return Path.Combine(directory.FullName, "artifacts", "bin");
            }
        }

        throw new InvalidOperationException("The executables are not published: run eng/build.sh, or set STIEFEL_BIN.");
    }
}
