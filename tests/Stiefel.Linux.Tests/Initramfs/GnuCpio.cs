using System.Diagnostics;
using Xunit;

namespace Stiefel.Linux.Tests.Initramfs;

/// <summary>Runs GNU cpio, which judges our archives.</summary>
internal static class GnuCpio
{
    /// <summary>Returns its output; it must succeed without complaints.</summary>
    public static string Run(string[] arguments, byte[] input)
    {
        var start = new ProcessStartInfo("cpio", arguments)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
            Environment = { ["TZ"] = "UTC", ["LC_ALL"] = "C" },
        };
        using var cpio = Process.Start(start)!;
        var errors = cpio.StandardError.ReadToEndAsync();
        var output = cpio.StandardOutput.ReadToEndAsync();
        cpio.StandardInput.BaseStream.Write(input);
        cpio.StandardInput.Close();
        Assert.True(cpio.WaitForExit(TimeLimit.Seconds(10)));
        Assert.Equal(("", 0), (errors.Result, cpio.ExitCode));
        return output.Result;
    }
}
