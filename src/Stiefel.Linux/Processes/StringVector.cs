using System.Runtime.InteropServices;
using System.Text;

namespace Stiefel.Linux.Processes;

/// <summary>A `char *const argv[]` in native memory: zero-terminated strings, then a null.</summary>
internal sealed unsafe class StringVector : IDisposable
{
    private readonly int _count;

    internal StringVector(IReadOnlyList<byte[]> strings)
    {
        Pointer = (byte**)NativeMemory.AllocZeroed((nuint)strings.Count + 1, (nuint)sizeof(byte*));
        foreach (var text in strings)
        {
            var copy = (byte*)NativeMemory.AllocZeroed((nuint)text.Length + 1);
            text.CopyTo(new Span<byte>(copy, text.Length));
            Pointer[_count++] = copy;
        }
    }

    internal StringVector(IEnumerable<string> strings)
        : this([.. strings.Select(Encoding.UTF8.GetBytes)])
    {
    }

    internal byte** Pointer { get; }

    public void Dispose()
    {
        for (var i = 0; i < _count; i++)
        {
            NativeMemory.Free(Pointer[i]);
        }

        NativeMemory.Free(Pointer);
    }
}
