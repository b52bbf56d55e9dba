"""Tiny benign files, one for each way through the decoders, that a worker tries before it is confined.

Gradients of 8 to 64 pixels a side, made with the libraries that write these formats; a test decodes them all. Deflated
and in base64, because they are bytes.
"""

from __future__ import annotations

import base64
import zlib
from typing import Final

from tutela.domain.media import MediaType

_PACKED: Final = (
    (  # jpeg
        MediaType.JPEG,
        """
        eNr7f+P/AwYBLzdPNwZGRgYGRiBk+P+QQcm1IjONgcHXl0GLgYGBAygnxMDMAJJnYwCD/7cZnBmkhUTERQSlxcXE5WSkFTSctDVU
        VTUCrWwNnBJCU1PiQ2OjsypmNmYVTiiOjm3d2jZh3uLVa1enN+w5uWvZ8ZkrVi8BGcIoIyenoazhp63ttyQvNm8JyeD/AQZBDgYB
        BgFmRiUGJkFGZkHG/0cYRMHeQQYsrEBhcQEGZjRxZpZEoIQIunKgF48wiAmCfY0MmFj+32LgARrCJMgsyGDPMGnmhqK0g5mz2Zbl
        cB3K8v9/EwCRbV60
        """,
    ),
    (  # progressive
        MediaType.JPEG,
        """
        eNr7f+P/AwYBLzdPNwZGRgYGRiBk+H+bwZlBWkhEXERQWlxMXE5GWkHDSVtDVVUj0MrWwCkhNDUlPjQ2OqtiZmNW4YTi6NjWrW0T
        5i1evXZ1esOek7uWHZ+5YvUSkCGMMnJyGsoaftrafkvyYvOWkAz+H2IQ5GAQYBBgZlRiYBJkZBZk/H+EQRTsVGTAzAIUFkEXBfrk
        FgMPMyMDkwCzANBvE6+eByoTE2BgRlPGyARUyAHUzsjKFKQp0uUPskQQwxIGsCpmRkZ7RpP9WJUwQpQwgZRIg5wkgO4kBahNbPZM
        8ngVMNorisbD3A92sYAySIMgNk9CXCVQj0cByE0CICtFBTDCKRFup0CXxqL/NwFWwHkp
        """,
    ),
    (  # cmyk
        MediaType.JPEG,
        """
        eNr7f+P/OwY+x5T8pFSGFAYQ+H+bwZlBWkhEXERQWlxMXE5GWkHDSVtDVVUj0MrWwCkhNDUlPjQ2OqtiZmNW4YTi6NjWrW0T5i1e
        vXZ1esOek7uWHZ+5YvWS/wcYRDgYBBgEWJwFGXwFGSIFGbwFGf4fYRBjYGRkZEABrGxAcRkBBkZmVhRxZhZWEUVDx8T/txj4WJwZ
        fBkiGbwZGOwZJssv8mXn1L1wtNdwWf+FBQ99d0lsMDb8ZXJFhvfC0Ua4kP3/mwA/t0F7
        """,
    ),
    (  # png
        MediaType.PNG,
        """
        eNrrDPBz5+WS4mJgYOD19HAJAtIcIMzBBCS9czXvACmp1AjPNF9fBi2wJCOjEAMzkMXIwMYABtfSvTOBlLGni2NIxZzcvo28DAY8
        h2JW7v7s+On/1LvBKmoCM5hN+LaWZC6si1XbkcDTw/t4ysTElvf5/I2qrEd2OFs+ARnj6ernss4poQkAPY0l2w==
        """,
    ),
    (  # palette
        MediaType.PNG,
        """
        eNrrDPBz5+WS4mJgYOD19HAJAtIcIMzEDCR3JoZJACmeAJ8Q1/z90/Lz8+fLx8vLywcd0KoFijOWBPkFMzg8u5EG5Mh4ujiGVMxJ
        /rN/1kt75sv1bMvkpWfI/UnjSGxgYCjfwd55YLYAyBYGT1c/l3VOCU0Az/chYA==
        """,
    ),
    (  # deep
        MediaType.PNG,
        """
        eNrrDPBz5+WS4mJgYOD19HAJAtIcICwAJBg2frEVAVImni6OIRVzklMSEuoONrFIPpWNiNuwx0GohWODQstCJv0Hh7j4VqRtOGG9
        weKBafPHa4wivPoMkyNNnscsacoCmePp6ueyzimhCQDzIyDj
        """,
    ),
    (  # apng
        MediaType.PNG,
        """
        eNrrDPBz5+WS4mJgYOD19HAJAtIcIMzBBCS9czXvgDiJySE+QBokxPC5d3IBkJJKg4gxwDQwwAAjA9CwT367koBsY08Xx5CKObl9
        G3kZDHgOxazc/dnx0/+pd4NV1ARmMJvwbS3JXFgXq7YjgaeH9/GUiYkt7/P5G1VZj+xwtnyCZAkjdksybQO2AdmWaSmOISDnoVlU
        5fV//6rqriMsTJv1TOSyMi47/b0150GToYFZT7Bbm6DdfttNT9lYOlO/fQKZ6Onq57LOKaEJAEurSPc=
        """,
    ),
    (  # gif
        MediaType.GIF,
        """
        eNpz93SzsEzkYOBgaGRgyN8/LT8/f758vLy8vOJPFgYuBgYGHSBmAMkzcCgwsHPIKCxY0NDIxs3HMyEgoaGdh99pDodgw9FuCeMs
        Hg4GoCZGLgYWhKbG/v3T+vPz98v728tbgQ0QcQhoONDIys+mkVHg0NDOz+owxwNhgDUA5B0hFA==
        """,
    ),
    (  # webp
        MediaType.WEBP,
        """
        eNoL8nRzu8HAwBDu6hQQFmARwQVkMwExPxg5+nn6sjHAgKOfr5sfnAdRkQJUDtSnYAYUCWBkmMuoJcAgwMDuME11AwNLCQPDv+Zf
        7z/r/2uv/2u2blnsiYJZlezCNVsdOYtL283V4p2gpoZhmsoAMtUOSIfATWVggJn6d935e6dPJP7/cmvXzE0PBC+FdTXXpi0Lm7Ql
        TKZiheD//G9de55tCr8904EBALaVO7Q=
        """,
    ),
    (  # webp still
        MediaType.WEBP,
        """
        eNoL8nRzs2JgYAh3dQoIC7BQ0AOyLzAyzGXUEmAQYGB3mKa6gWkDw/mmgmkNDP+eKK5xKAoJfzu7oZV/3xPbFz9nL2BgAABJ0BZT
        """,
    ),
    (  # bmp
        MediaType.BMP,
        """
        eNpz8m1jgAA3INYAYg4oZgSTDAwOQHyED4JZGCB42v58hvz8fIZ4+fkM8vLyDOiAkZERTDMzQgAzmMHExAxkMDGBaSYoDWYAAOBS
        CGg=
        """,
    ),
    (  # tiff
        MediaType.TIFF,
        """
        eNrz9NRiOMTAwNDAoOD4gcGmjoF/+gGmzz8Y6uYzCF9/wPS7hiG/hfnwx40/auLi+fvPP/xUVSe0n3/27Yc/csqc9OXPeD/+VPmn
        Lt6//+zrn8I1dX1d3A+NlSrreur1Z19++vnXn319+dMvH+DcsmG+0uLZ579u+flXZr/98tnPvxYw2vnzX3r47OfRQpn5/sunv/xa
        XGu3jyG4+fXnin8H4uMXr1z55NffmP3x62e//lbAuC+f/8bxt19KQm3q81dPfvv109995/K3374gwMDFwMDIzMAI9AMHEDMisZmA
        bGYg7QAUYIaKswIxG5TNBMSCjCxw9aJQcZAeMSRzxKFqdgKxDFQchGWYQPIcYDUw4AkMzzOg8BQAmv+DQa6egf3yA8aqPwz2+Q2c
        738oAMNTgf3g0w8/av7Jiy8//Pjrj5p59/mn33/4uabkn4P8KfdHn3/8qZsvP/n640+/a+ry6/sfP/5SyLBPX3/6C1dg4E/arz/7
        9tPPv4EBO2V5h3DUQpt/9frLzz/7+rd2X727/fmXLz7taJivfiOr83NV3ZH9/otnv/zy+a/dulb9DlGmX3/u1W9afv3F019/be7H
        r57/+uuH2rpzCuZnP982srS7769/+9Wz37U1//M3N7/99oWFcMjOYiIcshGMhEP2CFrIMjDAQhYAAbLllQ==
        """,
    ),
    (  # tiff jpeg
        MediaType.TIFF,
        """
        eNrz9NRiCGNgYPh/4/9BBkEOBgEGAeYgQQZ3QQYnQYb/txh4mIMY3BmcGBjsGRZm31pRO/3WClfR3Khvi9/su1qmsVrs+tZcoFjH
        orWr464AGeuOitb/v8nAzcDAyMzACDRXAIgZkdhMQDYzkH4AxMxQcXYgZoOymYBYkJEFzOYAYlGoOEiPGJI54lA1vkAsAxUH4WhG
        doZEIOMZAwRwgCHQd7cZmgUYNBhkGOQYlIFYEshWZlAEYl0GbSDbgMGGIYXBEUiaA6ENQzVDBEMsgydQbCJDA8NMhmkM/UC6h6GL
        YQHDFqDph4H0KoZbDGuBIj0MJxgFGU4Dee8YvjIyMbIwMjHMZjjIKM2ozyjB8ItRB6j+L1Dsx/8jDPJAZ7IyggHUhQyMTMwsrGzs
        HJxc3EAFWwVAYcTMxMLMysrCApStBcozsAiyCikaOrIJByayKxWKGDVOXMih7LTxoGjQxQ8qxklFTZxcYuISklKqauoamlompmbm
        FpZWzi6ubu4enl7BIaFh4RGRUckpqWnpGZlZxSWlZeUVlVXNLa1t7R2dXZMmT5k6bfqMmbMWLV6ydNnyFStXbdq8Zeu27Tt27jp0
        +MjRY8dPnDx16fKVq9eu37h56+Gjx0+ePnv+4uWrj58+f/n67fuPn7/+3wQA0Rqb/A==
        """,
    ),
    (  # lab
        MediaType.TIFF,
        """
        eNrz9NRi4GBgYOBmYGBkYWAEskA8RiQ2EyMzAzOQngTEzEA2SByE2aBskBpBqPorTAwMolBxkB4xJHPEoewDQCyDZE5xOzuDDVDf
        DAYI4ABDoL02Ocm5xUwCDAyJScUlPolJCiDM/groVDEGAQZVBsPE5OICx4AAHwac4Ns1sBUMl3VBZjGQBlhTUouToQ6ek1xQVAJ0
        bwyQrVheUgBiNwDZIskZiSlA9hQgW8fRyMkAyAapr4HqBQExkLszU1LzSjJLKhWSSjNzSnQz82C2iDH4MCQyJDEoMGQypDCkMuQx
        lABZJQyVQJEkhlIgOwfI0wXSeQxUAiWpFSUg2i9fITm/oLIoMz2jREehtDhVIa0oNTWnEiQXERmlgB6GxWnGRmAhRjQDsfBz00rA
        apmZmYhSz8AEhAz//yMwDCD4/8EAIQbhIWgktRx8/6Tl/xtoMrgYMUVYM2e5sNT4sIp/ZJdjYNAW+mut8NtH50+c+Z98h78Nnv8s
        n/HZfmBzYWDwF/gTI/8rS+dnpcXPTqdfkXdFop/wJHxkTWdgKOD/UyP3q0P75zTzH2VXpSpuC1U/4W74yNrBwDCB/+9s2V/LtH5M
        Ois/5ZLEtFsCs55yLfjEupyBcT3f350yv9YdU1l/SnbjBbEttwR2POXa94n1KAPjWb6/J/ZrnjykdPqE9NkLohdv8V97xnnnM+sj
        BgYAsB28ig==
        """,
    ),
    (  # avif
        MediaType.AVIF,
        """
        eNpjYGBQSCupLEgsy0xjAAIQnZuZZpibmZjm62joBBR6nZtaksgAAYoZKTlFUDZDQWZyCQMa4CvILMkFsxiBWC4zJz8ZxHEB8Rkh
        oozCQFoDhDMz89LgaqWAnFQmKC+xzMDQOT8nH2xXVmZBUQGQ9s4sSM4H0iKZxQWpUPsEYLggsyITJMDMwcEBpHgSywydGxl4QELC
        yfk5RXnJORVAk3kZ2BqAQuKZBbkwPwEdxsLI1MwCZBrkpiSWCDFwcUrw/L+loLjgQoORpNzx9tbI+///PzrNwFBavKnnwewioyuz
        UicGAABufD6C
        """,
    ),
    (  # heic
        MediaType.HEIC,
        """
        eNpjYGCQSCupLMhIzUxmAILczDRDCJtRMze1JJEBAhQzUnKKoGyGgszkEgY0wFeQWZILZjECsVxmTj7YOBcQnxEiyugJpL2AWDkz
        My8NrlYUyEllgvIyypINQcy1mQVFBUB6QmZBcj6QLgFKODMyJoCEwDrlPjD8+fvjBwMDP7MCUKOEAyMP4///IAXMIBXMICQ3dQan
        IlBS3YmREU1mgUIj67SwTJVTzxoaQAJAgpVFCaiW3YXxYNEWJQegFSKZxQWpUO85QLFoZkEuLEyAHmNqBDk8KDclERQgbhqM6wUb
        8iLt77/gzUuRMZVqefa+Z+7nC3M+sdu7zTe/dm2j58qmtLn7+Xzm5Jeusrsw9fh35it7poq37/Sr/ZRXkZr3L9tf8PwPADPmW18=
        """,
    ),
    (  # mp4
        MediaType.MP4,
        """
        eNqNVE2IHEUUrtk1IUoCCot42GAtJhhkZ7a7Z3ZdBxoT1uAoCXpxDyJ2qruqp5up6qqprpmdiQcjeFAPgqASAqKeRFQEFTyIHiTg
        Sg6CILgkJBGCGAL+3NZAGF/17Lqd0YhFVb1X733fq6r3qhshhGMzVGkuBUJTyEoYHulHrlANFyG0J9aMge+KoMSA7O7eNRqJC0ev
        fvnzRuvzN+d/xBv3/frbwFtq4CqOpGbYXVoEtVUD08LxJ48+Wm3gI6sr4KMsAseKVEPOYoM9x6lXPcez6MQY1VxYWFtbq/VTyiQn
        WU3q9oKNW0uM4ICRyqQyy5s4IiGJfBdrFvt1TFnIZdTx3abTdDDJCB/mzHcG9aYzcN06FsxP2ADnvRC0B7HKh0CFOdDUd2sOkGDC
        Ih0wGtiILjACTbI2890lHCVaChIA1cVGM87THLTlwTKNDChRV/gOHIHQkzJjvufOuy6OSW4ClXdSZRHjAF0VyDjOmfGrHjaJBoYN
        xKXskAQWwY4t52nEdgwOznSxR5QKYuw50swwzQmAwB7ynibDIJJCEQPrCFJkNEkzCAFATSwm1kSwHJIVBmoIekp9D3RCibK3CIMw
        JXYnmmpW3GuNpe3EhKBJxbKgLRV4x0YF1A4bQmzfW3S21ECkme86OI9YxqKe8RsOLna3KdUsT4CuIz/qKixCyCMUCHdVgVKQbCgs
        1AJWKvx7VYdidn0HnYJHWGMvvYhG+pHR3Cb59t6HLrWPH/v+gdOXBvff3iD8u31nXv3q933nVtvP/fDxN+cffvsFYLhHzszx5/8M
        L+/Zv/LsxScOXX+XnL5z44/B6zPNax/c9dqnFw9evaGWF9neN86989kXrVeun0BoGgsp+0Dmop9QdFOb/gWmdVRBtu+0ys2oyfVh
        9J9tCvrjkKQO6M+YTrHn9L9EW/8H8//si7cGQgcYNTnIWcZzU2Ks73ArXwuaEssQdPLuh+xvAD11tlhUE8r1tsd+q2Xkqv12WySj
        nFlMRcCziEGZ6YsiaPmYB+jYN0vhiZQOtbenOR7rlWpuQg76R7nJaQnzlv1B3SIV9tIYtUC2bomYbPeMRjDXIepKhaI7Rj+hu9sg
        P9x4LDlsSwLTrumzL7NTFbQ7uXb5yifzNzY3LXEGHvNWRvWJ7WC5KbK9vTVU+bYCC5co2+2YBVs0YZsq+U5OvJb3QC6OY0WyxHNg
        hD1qbAWfFqyQts2VqwUV1kQpXr55NR0/iYPvG2kD7oe/PNnO2THSj5e8mgvd8f4CMgJyZg==
        """,
    ),
    (  # webm
        MediaType.WEBM,
        """
        eNqTcr2/eL5TWyOj03cg/tTI4vS5kcOpqaU8NSnXqb2Ryam1kUkiuCGdkQEEmO4I+s4u2eW7uzt4dYuo58q04DWNCyE8sZB12UDe
        Dd/dPUCeUMjh9OA1TYzSEK5M8G6gZBPTsTcQcxgiGWgFQK7apHV9YzO/k4NvQ69PYlmamZGeIRAZGIU7ovJdOjscMiHaQM7ftw7q
        OtPrjYzFRztOSKwPsDNSlZ3TyKC0dU5zaV5KRyNDW2tYfFiARXMjo/Lj5hbWrw8ZHrRtaFTY1agA8vON4uIFyQca0k/Mcl3c7urn
        7O/iGuTSjmprcfGm5APdyQjz008sdF3c4RIa5Bji6e/n0j7ZwMAKjPSMDKCAQd55W6mjx/NGhsUOWxoZGBoM2BnmMmopMCgwMLJz
        tLZ2tLZ0MDExld7/72bw4gv/0agJtQf+NvxmuFP/ruGw459zFWIeP+2PbMu7Oz3z3dV7Wd83ramd8e//v89CjuYsy7iYBWKY3ge2
        Pik7W293/9fOJ0f9u+95X322d7P9/3Cb7pXWwqVzD7NcE99XVH5g4Q7n6vXTXsc3a/5/VvbluHvtk1Yd06OMVjZvX018V1g1Xd9O
        Vu/8rJrd9v9KVm+Uef9S1enTrKjIrgeLHbobGVIYNrIwsAgIMEhwTij0+SnCe+DI3T/sP/gC+F9w7L1Qf6E1USRI4ZjjSzeGfx+Z
        j/8w/7PgHQ/7/zuiq3zKVz7xLdl/nv1/M0f9z0X/f/tb7bxscuBR7XT259c6XtbFyM+P4HnTepv/h8CKM70n5v+7UX+g1S2l/oFd
        TQbbW5fuxvdBl+O+BN0+w6D0YWtjAwMoPU7c3b+5kWF7FzDdf2xirPjQyAwAsp0tdA==
        """,
    ),
    (  # avi
        MediaType.AVI,
        """
        eNoL8nRz+yfOwOAY5qng4xkc8kaQgSEjpSgnsSwzw4KBgWFBGyPDEU4GMBAA0kwQJgMjRIRBAUgqMGACkFlTBBgYikuKcoAYbFZZ
        Zkqxm2+ACbI6kDlcUDbI7JtA/B8IYPIKQAjUn6YBZGtA7VIA65NgAJvFg2m3V6iftwTQbhYo38AgJZlhFIyCUTAKRsEoGAWjYBSM
        glEwCkbBKBgFIwqAxgdYGBkY8lNyc4Ao48cIDgvQOI0UkPb0c/P3DHYL4QOJJZalmRnpGQKRgRE4tH4wj6aaUTAKRmoJsQVYWubm
        l2WCRlKPgkUZNwCFGLd2CkOGcBkVGI70djCEMrKwiCQDuZuAZUgysAwxsgCXIQyMmxkE2IHUNoEDs1kNvvAvtjKRa7yS7qzwhW8x
        o7LhC1k3pjKHNN4FN2Qb2o4lX7DreXGhiv1iw8QFCHm3SMaGFyAVzTI5hv0OrwyEQEYkqBj2H4CzIzdIcCbc4m0uELhxpoo9EFV/
        8wWrHpYeI2bGC9KOG6wZ+cHjwjchvtkW+MBFk0PxXIEd+x+FHwKujRv22DKvONc68YE8e1PDGgXR5kMOTlbs3Q0uejzJIHPaDB/I
        Ysgwtq9h1pkhsdyxqeGHHBPHhBz2pv8lIksdPkzgW8Xe/f/swwBHpgCz6cL9jVt2zJFn/vuhgkPR4dMGgw9mEscXlEpw8jQfsOJn
        ZYxw0GZvaWgp4Rdn6IiRZAfLJGPK6PDYJkimHDhqxSPClGDDIqhwg5/13wtNr8aHCrIh/OL/Z99nyEypMFRggIyACzBARsSPMiBG
        xC8xQEbcAcqeyfo=
        """,
    ),
)


def samples() -> list[tuple[MediaType, bytes]]:
    """Return (type, file) of every sample."""
    return [(media_type, zlib.decompress(base64.b64decode(text))) for media_type, text in _PACKED]
