using System.Diagnostics.CodeAnalysis;
using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;

namespace Stiefel.Attach.Start;

/// <summary>The init that the kernel would have started without Stiefel.</summary>
internal static class RealInit
{
    // The usual init of an initramfs, and the kernel's second choice (init/main.c).
    private static readonly string[] s_usual = ["/init", "/sbin/init"];

    /// <summary>Executes it with the kernel's arguments and environment. Throws <see cref="FileNotFoundException"/> if none can be started.</summary>
    [DoesNotReturn]
    internal static void Execute(string wanted, IReadOnlyList<byte[]> arguments, IReadOnlyList<byte[]> environment)
    {
        List<string> failures = [];
        foreach (var path in s_usual.Prepend(wanted).Distinct())
        {
            try
            {
                ProcessImage.Replace(path, ArgumentsFor(path, arguments), environment);
            }
            catch (LinuxException exception)
            {
                failures.Add(exception.Message);
            }
        }

        throw new FileNotFoundException($"the initramfs has no init that can be started: {string.Join("; ", failures)}");
    }

    /// <summary>The kernel's arguments, with the program's path as argv[0].</summary>
    internal static IReadOnlyList<byte[]> ArgumentsFor(string path, IReadOnlyList<byte[]> arguments) =>
        [Encoding.UTF8.GetBytes(path), .. arguments.Skip(1)];
}
