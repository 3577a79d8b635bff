using System.Diagnostics.CodeAnalysis;
using System.Text;
using Stiefel.Linux.Errors;
using Stiefel.Linux.Processes;

namespace Stiefel.Attach.Start;

/// <summary>The program that the kernel would have started without us.</summary>
internal static class RealInit
{
    // What initramfs images have, and the kernel's own second choice (init/main.c).
    private static readonly string[] s_usual = ["/init", "/sbin/init"];

    /// <summary>Becomes it, with the kernel's arguments and environment. Throws what execve says if there is none.</summary>
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

    /// <summary>The kernel's arguments, under the program's own name.</summary>
    internal static IReadOnlyList<byte[]> ArgumentsFor(string path, IReadOnlyList<byte[]> arguments) =>
        [Encoding.UTF8.GetBytes(path), .. arguments.Skip(1)];
}
